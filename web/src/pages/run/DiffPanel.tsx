import { Download } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "@/i18n";

import { CopyButton } from "@/components/CopyButton";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/classes";
import { download } from "@/lib/csv";

import { type Entry, diffLines, words } from "./environment";

const LOOKS = {
  added: "bg-ok/10 text-ok",
  removed: "bg-bad/10 text-bad",
  place: "text-accent",
  file: "font-semibold",
  same: "",
};

const Lines = memo(function Lines({ diff }: { diff: string }) {
  return diffLines(diff).map(({ kind, text }, i) => (
    // oxlint-disable-next-line no-array-index-key -- lines are told apart by their place
    <span key={i} className={cn("block min-h-[1lh] w-max min-w-full px-3", LOOKS[kind])}>
      {text}
    </span>
  ));
});

/** The changes since the commit, folded: they may be long. */
export function DiffPanel({ git, name }: { git: Entry; name: string }) {
  const { t } = useTranslation();
  const diff = words(git, "diff");
  if (diff === undefined) return null;
  const title = t("environment.diff");
  return (
    <Panel
      title={title}
      tools={
        <>
          <CopyButton text={diff} />
          <Button
            look="quiet"
            size="icon"
            aria-label={t("environment.downloadDiff")}
            title={t("environment.downloadDiff")}
            onClick={() => download(`${name}.diff`, diff, "text/x-diff")}
          >
            <Download aria-hidden />
          </Button>
        </>
      }
    >
      <details>
        <summary className="cursor-pointer px-3 py-2">
          {t("environment.diffLines", { count: diff.trimEnd().split("\n").length })}
        </summary>
        <pre
          role="region"
          aria-label={title}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
          tabIndex={0}
          className="m-0 max-h-[32rem] overflow-auto border-t border-line py-2 font-mono text-small"
        >
          <Lines diff={diff} />
        </pre>
      </details>
      {git.diff_cut === true && (
        <p className="border-t border-line px-3 py-2 text-ink-2">{t("environment.diffCut")}</p>
      )}
    </Panel>
  );
}
