/**
 * An untrusted certificate, and its key, for a peer that only its own worker ever talks to. They protect nothing:
 * practice accepts any certificate.
 */
export const CERTIFICATE = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUF+snBhh4CD0yFWvRkiDZKObRyPcwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNjA2MzM0MloYDzIxMjYxMTAyMDYz
MzQyWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQlMkoOaRizGf9uHJCbO+EC/WbBkd+4Nc0xJY7fd1cSRED62if9iLuMctgVbzII
wpb7ApMO1rpmA9UOPsGUkR1Mo1MwUTAdBgNVHQ4EFgQU4INUmK8m8utqK8RDDpRw
dEqXY8owHwYDVR0jBBgwFoAU4INUmK8m8utqK8RDDpRwdEqXY8owDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAoiCfDBV4QuBz2yao6nQKThD1Po6w
dpNyA+YvuQTEjYUCIHWaowdPtqs4s11Da7rHOi0GVXMBoKVTxEwP6upuac3V
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHgKz/S5AZLPkjPiy
Tx/ECKdkdLUdd8JNh+hQnnhb6qShRANCAAQlMkoOaRizGf9uHJCbO+EC/WbBkd+4
Nc0xJY7fd1cSRED62if9iLuMctgVbzIIwpb7ApMO1rpmA9UOPsGUkR1M
-----END PRIVATE KEY-----
`,
};
