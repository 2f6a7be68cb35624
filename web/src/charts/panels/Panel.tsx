import { type RefObject, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { useFailureText } from "@/components/Failure";

import { type PanelDef, quantitiesOf } from "../custom";
import type { Picture } from "../picture";
import type { ChartSpec } from "../spec";
import { barScene } from "./bar";
import { Missing } from "./Missing";
import { type Brushes, type ParallelScene, parallelScene } from "./parallel";
import { ParallelView } from "./ParallelView";
import { PanelTable } from "./PanelTable";
import { PanelView } from "./PanelView";
import { type ShownRuns, useShownRuns } from "./runs";
import { scalarScene } from "./scalar";
import { scatterScene } from "./scatter";
import type { Scene } from "./scene";
import { type Read, useReader } from "./useReader";

export interface PanelProps {
  spec: ChartSpec;
  panel: PanelDef;
  plotRef?: RefObject<Picture | null>;
  /** As large as the window: with what has no room in a card. */
  large?: boolean;
  asTable?: boolean;
}

const UNBRUSHED: Brushes = new Map();

/** A chart of one value per run. */
export default function Panel({
  spec,
  panel,
  plotRef,
  large = false,
  asTable = false,
}: PanelProps) {
  const shown = useShownRuns();
  const { read, error, retry } = useReader(quantitiesOf(panel));
  const [brushes, setBrushes] = useState(UNBRUSHED);
  const scene = useScene(panel, shown, read, brushes);
  if (scene === null)
    return error === null ? <div aria-busy className="h-full" /> : <Failed {...{ error, retry }} />;
  if (asTable) return <PanelTable title={spec.title} scene={scene} />;
  if (panel.kind === "parallel" && isParallel(scene))
    return (
      <ParallelView
        title={spec.title}
        def={panel}
        scene={scene}
        read={read}
        brushes={brushes}
        onBrush={setBrushes}
        plotRef={plotRef}
        large={large}
      />
    );
  // What has no room in a card gets it in the window, which then scrolls.
  const height = large && scene.natural !== undefined ? scene.natural : 0;
  return (
    <div className="relative h-full overflow-x-hidden overflow-y-auto">
      <div className="relative min-h-full" style={{ height }}>
        <PanelView title={spec.title} scene={scene} plotRef={plotRef} />
      </div>
      <Missing scene={scene} />
    </div>
  );
}

function isParallel(scene: Scene): scene is ParallelScene {
  return "axisAt" in scene;
}

function useScene(
  panel: PanelDef,
  shown: ShownRuns,
  read: Read["read"],
  brushes: Brushes,
): Scene | null {
  const { t } = useTranslation();
  const { drawn, listed, baseline } = shown;
  return useMemo(() => {
    if (read === null) return null;
    const runs = panel.scope === "listed" ? listed : drawn;
    switch (panel.kind) {
      case "scatter":
        return scatterScene(panel, runs, read);
      case "bar": {
        const words = {
          more: (count: number) => t("panel.moreBars", { count }),
          group: (name: string, count: number) => t("charts.group", { name, count }),
        };
        return barScene(panel, { runs, read, words, baseline });
      }
      case "parallel":
        return parallelScene(panel, { runs, read, brushes });
      case "scalar": {
        const words = {
          mean: (count: number) => t("panel.meanOf", { count }),
          none: t("panel.none"),
          delta: (delta: string) => t("panel.fromBaseline", { delta }),
        };
        return scalarScene(panel, { runs, read, words, baseline });
      }
    }
  }, [panel, drawn, listed, baseline, read, brushes, t]);
}

function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <div
      role="alert"
      className="flex h-full flex-col items-center justify-center gap-2 px-4 text-center text-small text-ink-2"
    >
      <p className="line-clamp-2">
        {t("charts.failed")} {useFailureText(error)}
      </p>
      <Button onClick={retry}>{t("common.retry")}</Button>
    </div>
  );
}
