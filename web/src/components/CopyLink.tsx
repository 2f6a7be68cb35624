import { Check, Link2, TriangleAlert } from "lucide-react";
import { useTranslation } from "@/i18n";

import { useCommand } from "@/app/shortcuts";
import { Button } from "@/components/ui/button";
import { useCopy } from "@/lib/copy";

const ICONS = { no: Link2, yes: Check, refused: TriangleAlert };

/** Puts the address of the page as it is on the clipboard: whoever opens it sees the same view. */
export function CopyLink() {
  const { t } = useTranslation();
  const [copied, copy] = useCopy();
  const now = () => void copy(window.location.href);
  useCommand("copyLink", now);
  const words = {
    no: t("shortcuts.do.copyLink"),
    yes: t("palette.linkCopied"),
    refused: t("error.clipboard"),
  };
  const Icon = ICONS[copied];
  return (
    <>
      <Button look="quiet" onClick={now} title={words[copied]}>
        <Icon aria-hidden className={copied === "yes" ? "text-ok" : undefined} />
        <span className="max-md:sr-only">{copied === "yes" ? words.yes : words.no}</span>
      </Button>
      <span role="status" className="sr-only">
        {copied === "no" ? "" : words[copied]}
      </span>
    </>
  );
}
