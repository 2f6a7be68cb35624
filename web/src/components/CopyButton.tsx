import { Check, Copy, TriangleAlert } from "lucide-react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { useCopy } from "@/lib/copy";

const ICONS = { no: Copy, yes: Check, refused: TriangleAlert };

export interface CopyButtonProps {
  text: string;
  label?: string;
  className?: string;
}

export function CopyButton({ text, label, className }: CopyButtonProps) {
  const { t } = useTranslation();
  const [copied, copy] = useCopy();
  const words = {
    no: label ?? t("common.copy"),
    yes: t("common.copied"),
    refused: t("error.clipboard"),
  };
  const Icon = ICONS[copied];
  return (
    <Button
      look="quiet"
      size="icon"
      aria-label={words[copied]}
      title={words[copied]}
      className={className}
      onClick={() => void copy(text)}
    >
      <Icon aria-hidden className={copied === "yes" ? "text-ok" : undefined} />
      <span role="status" className="sr-only">
        {copied === "no" ? "" : words[copied]}
      </span>
    </Button>
  );
}
