import { useNavigate } from "@tanstack/react-router";
import { ClipboardCopy, Copy, Ellipsis, Flag, FolderInput, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { EndedState, Run } from "@/api/messages";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";

import { copyText } from "@/lib/copy";
import { resumeScript } from "@/lib/snippets";

import { ConfirmDialog } from "./ConfirmDialog";
import { PlaceDialog } from "./PlaceDialog";
import { say } from "./toasts";
import type { Edits } from "./useEdits";
import { type Action, type Follow, usePlacing } from "./usePlacing";

const FAINT = "data-[disabled]:text-ink-3";
const ENDS: readonly EndedState[] = ["finished", "crashed", "aborted"];

/** What others need to find the run or to go on with it, for the clipboard. */
function CopyItems({ run }: { run: Run }) {
  const { t } = useTranslation();
  const texts = [
    [t("run.copyId"), run.id],
    [t("run.copyPath"), `${run.workspace}/${run.project}/${run.id}`],
    [t("run.copyResume"), resumeScript(run)],
  ] as const;
  const copy = async (text: string) =>
    (await copyText(text))
      ? say({ look: "done", text: t("common.copied") })
      : say({ look: "bad", text: t("error.clipboard") });
  return texts.map(([label, text]) => (
    <MenuItem key={label} onClick={() => void copy(text)}>
      <ClipboardCopy aria-hidden />
      {label}
    </MenuItem>
  ));
}

interface RunMenuProps {
  run: Run;
  edits: Edits;
  /** Whether there are other projects that it could go to. */
  placed: boolean;
}

/** What is done to a run seldom: copying its names, saying how it ended, copying, moving, deleting. */
export function RunMenu({ run, edits, placed }: RunMenuProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<EndedState | Action | "delete" | null>(null);
  const { workspace, project } = run;
  const placing = usePlacing(workspace, project);
  const close = () => setAsked(null);
  const alive = run.state === "running";
  const ended = !alive && run.state !== "unresponsive";
  const follow: Follow = {
    leave: (place) => navigate({ to: "/@{$workspace}/$project", params: place }),
    arrive: (place) =>
      void navigate({ to: "/@{$workspace}/$project/runs/$run", params: { ...place, run: run.id } }),
  };
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
          <CopyItems run={run} />
          {run.editable && <MenuSeparator />}
          {run.editable && (
            <>
              {ENDS.filter((state) => state !== run.state).map((state) => (
                <MenuItem
                  key={state}
                  disabled={alive}
                  className={FAINT}
                  onClick={() => setAsked(state)}
                >
                  <Flag aria-hidden />
                  {t("edit.mark", { state: t(`state.${state}`) })}
                </MenuItem>
              ))}
              {alive && <p className="px-2 pb-1 text-tiny text-ink-3">{t("edit.alive")}</p>}
              <MenuSeparator />
              <MenuItem disabled={!ended} className={FAINT} onClick={() => setAsked("move")}>
                <FolderInput aria-hidden />
                {t("place.move")}
              </MenuItem>
            </>
          )}
          {placed && (
            <MenuItem disabled={!ended} className={FAINT} onClick={() => setAsked("copy")}>
              <Copy aria-hidden />
              {t("place.copy")}
            </MenuItem>
          )}
          {placed && !ended && (
            <p className="px-2 pb-1 text-tiny text-ink-3">{t("place.notEnded")}</p>
          )}
          {run.editable && (
            <>
              <MenuSeparator />
              <MenuItem onClick={() => setAsked("delete")}>
                <Trash2 aria-hidden />
                {t("edit.deleteRun")}
              </MenuItem>
            </>
          )}
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
      {(asked === "copy" || asked === "move") && (
        <PlaceDialog
          action={asked}
          count={1}
          name={run.name}
          from={run}
          onChoose={(place) =>
            void (asked === "move"
              ? placing.move([run], place, follow)
              : placing.copy([run], place))
          }
          onClose={close}
        />
      )}
      {asked !== null && asked !== "delete" && asked !== "copy" && asked !== "move" && (
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
