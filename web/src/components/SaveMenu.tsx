import { Download } from "lucide-react";
import { useTranslation } from "@/i18n";

import { MenuItem, MenuPopup, MenuRoot, MenuTrigger } from "@/components/ui/menu";
import { download, toCsv } from "@/lib/csv";
import { exactSetting } from "@/lib/format";
import { toYaml } from "@/lib/yaml";

export interface SaveMenuProps {
  /** Name of the file, without its ending. */
  name: string;
  /** What JSON and YAML hold. */
  value: unknown;
  /** The same as rows, and what their columns are called. */
  rows: { header: string[]; rows: () => unknown[][] };
}

function cell(value: unknown): string | number | null {
  if (value === null || typeof value === "number") return value;
  return exactSetting(value);
}

/** Save values as JSON, YAML or CSV, in full precision. */
export function SaveMenu({ name, value, rows }: SaveMenuProps) {
  const { t } = useTranslation();
  const json = () => download(`${name}.json`, JSON.stringify(value, null, 2), "application/json");
  const yaml = () => download(`${name}.yaml`, toYaml(value), "application/yaml");
  const csv = () =>
    download(
      `${name}.csv`,
      toCsv(
        rows.header,
        rows.rows().map((row) => row.map(cell)),
      ),
      "text/csv;charset=utf-8",
    );
  return (
    <MenuRoot>
      <MenuTrigger aria-label={t("run.download")} title={t("run.download")}>
        <Download aria-hidden />
      </MenuTrigger>
      <MenuPopup>
        <MenuItem onClick={json}>JSON</MenuItem>
        <MenuItem onClick={yaml}>YAML</MenuItem>
        <MenuItem onClick={csv}>CSV</MenuItem>
      </MenuPopup>
    </MenuRoot>
  );
}
