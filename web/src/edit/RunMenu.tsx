import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, Flag, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { EndedState, Run } from "@/api/messages";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";

import { ConfirmDialog } from "./ConfirmDialog";
import type { Edits } from "./useEdits";

const ENDS: readonly EndedState[] = ["finished", "crashed", "aborted"];

/** What is done to a run seldom: saying how it ended, deleting it. */
export function RunMenu({ run, edits }: { run: Run; edits: Edits }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<EndedState | "delete" | null>(null);
  const { workspace, project } = run;
  const close = () => setAsked(null);
  const alive = run.state === "running";
  const remove = () => {
    edits.remove([run]);
    void navigate({ to: "/@{$workspace}/$project", params: { workspace, project } });
  };
  return (
    <>
      <MenuRoot>
        <MenuTrigger aria-label={t("edit.more")} title={t("edit.more")}>
          <Ellipsis aria-hidden />
        </MenuTrigger>
        <MenuPopup className="max-w-72">
          {ENDS.filter((state) => state !== run.state).map((state) => (
            <MenuItem
              key={state}
              disabled={alive}
              className="data-[disabled]:text-ink-3"
              onClick={() => setAsked(state)}
            >
              <Flag aria-hidden />
              {t("edit.mark", { state: t(`state.${state}`) })}
            </MenuItem>
          ))}
          {alive && <p className="px-2 pb-1 text-tiny text-ink-3">{t("edit.alive")}</p>}
          <MenuSeparator />
          <MenuItem onClick={() => setAsked("delete")}>
            <Trash2 aria-hidden />
            {t("edit.deleteRun")}
          </MenuItem>
        </MenuPopup>
      </MenuRoot>
      {asked === "delete" && (
        <ConfirmDialog
          title={t("edit.deleteTitle", { count: 1, name: run.name })}
          action={t("edit.delete")}
          onConfirm={remove}
          onClose={close}
        >
          {alive && <p className="mb-2 text-warn">{t("edit.deleteAlive", { count: 1 })}</p>}
          {t("edit.deleteText", { count: 1 })}
        </ConfirmDialog>
      )}
      {asked !== null && asked !== "delete" && (
        <ConfirmDialog
          title={t("edit.mark", { state: t(`state.${asked}`) })}
          action={t("edit.mark", { state: t(`state.${asked}`) })}
          onConfirm={() => edits.setState(run, asked)}
          onClose={close}
        >
          {t("edit.markText", { name: run.name })}
        </ConfirmDialog>
      )}
    </>
  );
}
