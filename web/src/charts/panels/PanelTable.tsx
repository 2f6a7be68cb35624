import { useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";

import type { Scene } from "./scene";

const PAGE = 100;

/** The values of a chart of one value per run, for readers who do not see it, and to copy from. */
export function PanelTable({ title, scene }: { title: string; scene: Scene }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(0);
  const count = scene.rows.length;
  const first = Math.min(from, Math.max(0, count - 1));
  const rows = scene.rows.slice(first, first + PAGE);
  const cell = "border-b border-line px-2.5 py-1 text-right whitespace-nowrap";
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 grow overflow-auto">
        <table className="border-collapse text-small">
          <caption className="sr-only">{t("charts.tableOf", { name: title })}</caption>
          <thead className="sticky top-0 bg-panel text-ink-2">
            <tr>
              {scene.header.map((name) => (
                <th key={name} scope="col" className={cell}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- two runs may be called alike
              <tr key={first + i}>
                {row.map((value, column) => (
                  <td key={scene.header[column]} className={cell}>
                    {value ?? ""}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex items-center justify-end gap-2 pt-2 text-small text-ink-2">
        <span aria-live="polite">
          {t("charts.rowsOf", {
            from: count === 0 ? 0 : first + 1,
            to: first + rows.length,
            count,
          })}
        </span>
        <Button disabled={first === 0} onClick={() => setFrom(Math.max(0, first - PAGE))}>
          {t("charts.previousRows")}
        </Button>
        <Button disabled={first + rows.length >= count} onClick={() => setFrom(first + PAGE)}>
          {t("charts.nextRows")}
        </Button>
      </div>
    </div>
  );
}
