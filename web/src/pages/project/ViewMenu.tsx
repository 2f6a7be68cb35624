import { useParams, useRouter } from "@tanstack/react-router";
import { ChevronDown, Link2, Pencil, Save, SaveAll, Star, StarOff, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button, buttonClass } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import {
  MenuItem,
  MenuPopup,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuSeparator,
  MenuTrigger,
} from "@/components/ui/menu";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { say } from "@/edit/toasts";
import { cn } from "@/lib/classes";
import { copyText } from "@/lib/copy";

import { useViews, type Views } from "./useViews";

const ROUTE = "/@{$workspace}/$project";
/** Stands for the page as it comes. */
const PLAIN = "";

type Asking = "saveAs" | "rename" | "delete" | null;

/** The saved views of the project: opened, saved, named, shared. */
export function ViewMenu() {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const views = useViews(workspace, project);
  const [asking, setAsking] = useState<Asking>(null);
  const { current, changed } = views;
  const name = current?.name ?? t("views.none");
  return (
    <>
      <MenuRoot>
        <MenuTrigger
          aria-label={changed ? t("views.menuChanged", { name }) : t("views.menu", { name })}
          title={changed ? t("views.changed") : undefined}
          className={cn(buttonClass("quiet", "normal"), "w-auto max-w-56 min-w-0 gap-1 px-2")}
        >
          <span className="text-ink-3 max-md:sr-only">{t("views.view")}</span>
          <span className="truncate">{name}</span>
          {changed && <i aria-hidden className="size-1.5 shrink-0 rounded-full bg-accent" />}
          <ChevronDown aria-hidden />
        </MenuTrigger>
        <MenuPopup className="max-h-[70vh] max-w-80 overflow-auto">
          <Choices views={views} />
          <Actions views={views} onAsk={setAsking} />
        </MenuPopup>
      </MenuRoot>
      {(asking === "saveAs" || asking === "rename") && (
        <NameDialog views={views} renaming={asking === "rename"} onClose={() => setAsking(null)} />
      )}
      {asking === "delete" && current !== undefined && (
        <ConfirmDialog
          title={t("views.deleteTitle", { name: current.name })}
          action={t("edit.delete")}
          onConfirm={() => views.remove(current)}
          onClose={() => setAsking(null)}
        >
          {t("views.deleteText")}
        </ConfirmDialog>
      )}
    </>
  );
}

function Choices({ views }: { views: Views }) {
  const { t } = useTranslation();
  const { current } = views;
  return (
    <MenuRadioGroup
      value={current === undefined ? PLAIN : String(current.id)}
      onValueChange={(id) => views.open(views.views.find((one) => String(one.id) === id) ?? null)}
    >
      <MenuRadioItem value={PLAIN}>{t("views.none")}</MenuRadioItem>
      {views.views.map((view) => (
        <MenuRadioItem
          key={view.id}
          value={String(view.id)}
          // Choosing it again is how changes are given up.
          onClick={() => view === current && views.open(view)}
        >
          <span className="min-w-0 grow truncate">{view.name}</span>
          {view.default && <span className="text-tiny text-ink-3">{t("views.default")}</span>}
          {view.author !== null && <span className="text-tiny text-ink-3">{view.author}</span>}
        </MenuRadioItem>
      ))}
    </MenuRadioGroup>
  );
}

function Actions({ views, onAsk }: { views: Views; onAsk: (asking: Asking) => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const { workspace, project } = useParams({ from: ROUTE });
  const { current, changed, editable } = views;
  const copy = async (id: number) => {
    const { href } = router.buildLocation({
      to: ROUTE,
      params: { workspace, project },
      search: { view: String(id) },
    });
    const done = await copyText(window.location.origin + href);
    say({ look: done ? "done" : "bad", text: done ? t("views.copied") : t("error.clipboard") });
  };
  if (!editable && current === undefined) return null;
  return (
    <>
      <MenuSeparator />
      {editable && (
        <MenuItem disabled={!changed} onClick={views.save}>
          <Save aria-hidden />
          {t("views.save")}
        </MenuItem>
      )}
      {editable && (
        <MenuItem onClick={() => onAsk("saveAs")}>
          <SaveAll aria-hidden />
          {t("views.saveAs")}
        </MenuItem>
      )}
      {current !== undefined && (
        <MenuItem onClick={() => void copy(current.id)}>
          <Link2 aria-hidden />
          {t("views.copy")}
        </MenuItem>
      )}
      {editable && current !== undefined && (
        <>
          <MenuItem onClick={() => views.setDefault(current, !current.default)}>
            {current.default ? <StarOff aria-hidden /> : <Star aria-hidden />}
            {current.default ? t("views.noDefault") : t("views.makeDefault")}
          </MenuItem>
          <MenuItem onClick={() => onAsk("rename")}>
            <Pencil aria-hidden />
            {t("views.rename")}
          </MenuItem>
          <MenuItem onClick={() => onAsk("delete")}>
            <Trash2 aria-hidden />
            {t("views.delete")}
          </MenuItem>
        </>
      )}
    </>
  );
}

interface NameDialogProps {
  views: Views;
  renaming: boolean;
  onClose: () => void;
}

function NameDialog({ views, renaming, onClose }: NameDialogProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [taken, setTaken] = useState(false);
  const { current } = views;
  const submit = async () => {
    const name = field.current?.value.trim() ?? "";
    if (name === "") return;
    if (views.views.some((view) => view.name === name && !(renaming && view === current))) {
      setTaken(true);
      return;
    }
    if (renaming && current !== undefined) views.rename(current, name);
    else if (!(await views.saveAs(name))) return;
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={renaming ? t("views.rename") : t("views.saveAs")}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <input
          ref={field}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          defaultValue={renaming ? current?.name : ""}
          maxLength={100}
          aria-label={t("views.name")}
          placeholder={t("views.name")}
          aria-invalid={taken}
          autoComplete="off"
          onChange={() => setTaken(false)}
          className="h-8 w-full rounded border border-line-strong bg-panel px-2 focus:border-accent focus:outline-none"
        />
        {taken && (
          <p role="alert" className="text-small text-bad">
            {t("views.taken")}
          </p>
        )}
        <p className="text-small text-ink-2">{t("views.about")}</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit">
            {t("edit.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
