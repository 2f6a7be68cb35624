import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { differences } from "./differences";

const LOOKS = {
  new: "bg-[color-mix(in_oklab,var(--ok)_18%,transparent)] decoration-ok",
  gone: "bg-[color-mix(in_oklab,var(--bad)_16%,transparent)] decoration-bad",
};

/** What became of a text: what is gone struck through, what is new underlined. */
export function TextDiff({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
  const found = useMemo(() => differences(before, after), [before, after]);
  if (found === null)
    return <p className="grid h-full place-items-center text-ink-2">{t("media.tooDifferent")}</p>;
  if (before === after)
    return <p className="grid h-full place-items-center text-ink-2">{t("media.alike")}</p>;
  return (
    <pre
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      aria-label={t("media.hows.diff")}
      className="h-full overflow-auto rounded bg-sunken p-2.5 font-sans leading-relaxed break-words whitespace-pre-wrap"
    >
      {found.map(({ text, kind }, place) => {
        if (kind === "same") return text;
        const Part = kind === "new" ? "ins" : "del";
        return (
          // oxlint-disable-next-line react/no-array-index-key -- a stretch is told by its place
          <Part key={place} className={LOOKS[kind]}>
            {text}
          </Part>
        );
      })}
    </pre>
  );
}
