import { Plus } from "lucide-react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";

import { useArranged } from "./arranging";

/** Opens the editor on a new chart. */
export function NewChart() {
  const { t } = useTranslation();
  const arranged = useArranged();
  if (arranged === null) return null;
  return (
    <Button onClick={() => arranged.acts.edit("new")}>
      <Plus aria-hidden />
      <span className="max-sm:sr-only">{t("layout.newChart")}</span>
    </Button>
  );
}
