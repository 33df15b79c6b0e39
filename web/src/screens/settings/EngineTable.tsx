import type { CryptoView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';

/** The core may name operations that this version has no words for; they are shown by their own name. */
const labelOf = (t: Text, operation: string): string =>
  (t.settings.operations as Readonly<Record<string, string>>)[operation] ?? operation;

/** Which engine does what right now, and why. */
export function EngineTable({ crypto }: { readonly crypto: CryptoView }) {
  const { t } = useWords();
  return (
    <details className="group">
      <summary className="flex min-h-11 items-center text-ink text-sm underline decoration-1 underline-offset-4">
        {t.settings.engineTable}
      </summary>
      <p className="mb-2 text-ink-2 text-sm">
        {crypto.secureContext ? t.settings.secureContext : t.settings.insecureContext}
      </p>
      <table className="w-full text-left text-sm" data-testid="engine-table">
        <thead className="text-ink-2">
          <tr className="border-rule border-b">
            <th scope="col" className="py-1.5 pr-3 font-normal">
              {t.settings.operation}
            </th>
            <th scope="col" className="py-1.5 font-normal">
              {t.settings.doneBy}
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(crypto.operations).map(([operation, { engine, reason }]) => (
            <tr key={operation} className="border-rule border-b align-top last:border-0">
              <th scope="row" className="py-1.5 pr-3 font-normal">
                {labelOf(t, operation)}
              </th>
              <td className="py-1.5" data-operation={operation} data-engine={engine}>
                {t.settings[engine]}
                {reason !== undefined && (
                  <span lang="en" className="block break-words text-ink-2 text-xs">
                    {reason}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
