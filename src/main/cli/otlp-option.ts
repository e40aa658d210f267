import { urlToHttpOptions } from 'node:url';
import { codeOf, ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { OtlpPusher } from '../live/otlp.ts';
import { quotedUrl } from '../text/quoted.ts';

/** Not dependencies of volley: they are larger than volley itself, and few users need them. */
const PACKAGES = ['api', 'exporter-metrics-otlp-http', 'resources', 'sdk-metrics'].map(
  (name) => `@opentelemetry/${name}`,
);

/** The collector to push metrics to; null without one. Problems are added to the list. */
export function collectorFrom(text: string | undefined, problems: string[]): URL | null {
  if (text === undefined) return null;
  try {
    // An invalid URL, or a name that cannot be decoded.
    const { protocol } = urlToHttpOptions(new URL(text));
    if (protocol === 'http:' || protocol === 'https:') return new URL(text);
  } catch {}
  problems.push(
    `--otlp ${quotedUrl(text)}: give the URL of an OpenTelemetry collector, such as http://127.0.0.1:4318.`,
  );
  return null;
}

/** @throws VolleyError VOLLEY_USAGE if the packages of OpenTelemetry are not installed */
export async function openOtlp(
  collector: URL,
  plan: RunPlan,
  snapshot: () => Snapshot | null,
  say: (sentence: string) => void,
): Promise<OtlpPusher> {
  try {
    const { OtlpPusher } = await import('../live/otlp.ts');
    return new OtlpPusher(collector, plan, snapshot, say);
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new VolleyError(
      ERROR_CODES.usage,
      `--otlp ${quotedUrl(collector.href)}: volley does not install OpenTelemetry, since few need its 20 MB: run npm install ${PACKAGES.join(' ')} where volley is installed.`,
    );
  }
}
