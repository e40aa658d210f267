export async function main(argv: readonly string[]): Promise<void> { process.stdout.write(process.versions.node + argv.join(' ') + '\n'); }
