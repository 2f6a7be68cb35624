import { useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";

import type { Table } from "./columns";
import { exactNumber, fullTime, stepNumber } from "./format";
import { tableRows } from "./reading";
import { type ChartSpec, metricOf } from "./spec";

const PAGE = 100;

/** The data of a chart in rows, page by page: for readers who do not see it, and to copy from. */
export function ChartTable({ table, spec }: { table: Table; spec: ChartSpec }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(0);
  const count = table.received.length;
  const lines = table.lines.map((line) => line.spec);
  const metric = metricOf(spec.x);
  const first = Math.min(from, Math.max(0, count - 1));
  const rows = tableRows(table, first, PAGE);
  const last = first + rows.length;
  const cell = "border-b border-line px-2.5 py-1 text-right whitespace-nowrap";
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 grow overflow-auto">
        <table className="border-collapse text-small">
          <caption className="sr-only">{t("charts.tableOf", { name: spec.title })}</caption>
          <thead className="sticky top-0 bg-panel text-ink-2">
            <tr>
              {metric !== null && (
                <th scope="col" className={cell}>
                  {metric}
                </th>
              )}
              <th scope="col" className={cell}>
                {t("charts.stepColumn")}
              </th>
              <th scope="col" className={cell}>
                {t("charts.timeColumn")}
              </th>
              {lines.map((line) => (
                <th key={`${line.run}/${line.key}/${line.rank}`} scope="col" className={cell}>
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.row}>
                {metric !== null && <td className={cell}>{exactNumber(row.place)}</td>}
                <th scope="row" className={`${cell} font-normal`}>
                  {stepNumber(row.step, spec.language)}
                </th>
                <td className={cell}>
                  {row.time === null ? "" : fullTime(row.time, spec.language)}
                </td>
                {row.values.map((value, i) => (
                  <td key={lines[i]?.label ?? i} className={cell}>
                    {value === null ? "" : exactNumber(value, true)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex items-center justify-end gap-2 pt-2 text-small text-ink-2">
        <span aria-live="polite">
          {t("charts.rowsOf", { from: count === 0 ? 0 : first + 1, to: last, count })}
        </span>
        <Button disabled={first === 0} onClick={() => setFrom(Math.max(0, first - PAGE))}>
          {t("charts.previousRows")}
        </Button>
        <Button disabled={last >= count} onClick={() => setFrom(first + PAGE)}>
          {t("charts.nextRows")}
        </Button>
      </div>
    </div>
  );
}
