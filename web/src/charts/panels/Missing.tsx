import { useTranslation } from "@/i18n";

import type { Scene } from "./scene";

/** Runs that the picture leaves out are said, never dropped silently. */
export function Missing({ scene }: { scene: Scene }) {
  const { t } = useTranslation();
  if (scene.rows.length === 0 && scene.missing === 0)
    return (
      <p className="absolute inset-0 grid place-items-center bg-panel text-small text-ink-3">
        {t("panel.none")}
      </p>
    );
  if (scene.missing === 0) return null;
  return (
    <p className="pointer-events-none absolute right-2 bottom-0 rounded bg-panel/85 px-1 text-tiny text-ink-2">
      {t("panel.missing", { count: scene.missing })}
    </p>
  );
}
