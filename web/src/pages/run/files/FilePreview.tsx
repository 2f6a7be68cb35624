import { useQuery } from "@tanstack/react-query";
import { Download, X } from "lucide-react";
import { useCallback } from "react";
import { useTranslation } from "@/i18n";

import { api, fileUrl } from "@/api/client";
import type { RunFile } from "@/api/messages";
import { Failure } from "@/components/Failure";
import { Button, buttonClass } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { formatBytes } from "@/lib/format";

import type { RunPlace } from "../logs/useLogs";
import { IMAGE_BYTES, previewOf, TEXT_BYTES, textOf } from "./preview";

interface ContentProps {
  place: RunPlace;
  file: RunFile;
}

function useContent({ workspace, project, run }: RunPlace, file: RunFile, most: number) {
  return useQuery({
    queryKey: ["file", workspace, project, run, file.path, file.digest],
    queryFn: ({ signal }) => api.fileBytes(workspace, project, run, file.path, most, signal),
    enabled: file.size > 0,
    staleTime: Number.POSITIVE_INFINITY, // Another content has another digest.
    gcTime: 60_000,
  });
}

function Note({ text }: { text: string }) {
  return <p className="px-3 py-6 text-center text-ink-2">{text}</p>;
}

/** Drawn as a picture and nothing else: no script in it runs. */
function Picture({ place, file, type }: ContentProps & { type: string }) {
  const content = useContent(place, file, IMAGE_BYTES);
  const { data } = content;
  const show = useCallback(
    (image: HTMLImageElement | null) => {
      if (image === null || data === undefined) return undefined;
      const made = URL.createObjectURL(new Blob([data], { type }));
      image.src = made;
      return () => URL.revokeObjectURL(made);
    },
    [data, type],
  );
  if (content.error !== null)
    return <Failure embedded error={content.error} onRetry={() => void content.refetch()} />;
  if (data === undefined) return <Skeleton className="m-3 h-40" />;
  return (
    <div className="overflow-auto p-3">
      <img ref={show} alt={file.path} className="max-w-full bg-white" />
    </div>
  );
}

function Text({ place, file }: ContentProps) {
  const { t } = useTranslation();
  const content = useContent(place, file, TEXT_BYTES);
  const cut = file.size > TEXT_BYTES;
  if (file.size === 0) return <pre className="p-3" aria-label={file.path} />;
  if (content.error !== null)
    return <Failure embedded error={content.error} onRetry={() => void content.refetch()} />;
  if (content.data === undefined) return <Skeleton className="m-3 h-40" />;
  const text = textOf(content.data, !cut);
  if (text === null) return <Note text={t("files.noPreview")} />;
  return (
    <>
      <pre
        aria-label={file.path}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
        tabIndex={0}
        className="min-h-0 grow overflow-auto p-3 font-mono text-small whitespace-pre focus-visible:-outline-offset-2"
      >
        {text}
      </pre>
      {cut && (
        <p className="shrink-0 border-t border-line px-3 py-1.5 text-small text-ink-2">
          {t("files.cut", { size: formatBytes(TEXT_BYTES) })}
        </p>
      )}
    </>
  );
}

function Content({ place, file }: ContentProps) {
  const { t } = useTranslation();
  if (file.error !== null) return <Note text={t("files.failed", { reason: file.error })} />;
  if (!file.stored) return <Note text={t("files.pendingHint")} />;
  const preview = previewOf(file.path);
  if (preview.kind === "none") return <Note text={t("files.noPreview")} />;
  if (preview.kind === "text") return <Text place={place} file={file} />;
  if (file.size > IMAGE_BYTES) return <Note text={t("files.tooLarge")} />;
  return <Picture place={place} file={file} type={preview.type} />;
}

export interface FilePreviewProps extends ContentProps {
  onClose: () => void;
}

/** One file, looked at: text as text, pictures as pictures, never as a page. */
export function FilePreview({ place, file, onClose }: FilePreviewProps) {
  const { t } = useTranslation();
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  return (
    <section
      aria-label={t("files.preview", { name })}
      className="flex min-h-0 min-w-0 flex-col bg-panel max-sm:max-h-[60vh] max-sm:border-t sm:w-1/2 sm:border-l border-line"
    >
      <div className="flex min-h-10 shrink-0 items-center gap-2 border-b border-line px-3">
        <h2 className="truncate font-semibold" title={file.path}>
          {name}
        </h2>
        <span className="shrink-0 text-small text-ink-2">{formatBytes(file.size)}</span>
        <div className="grow" />
        {file.stored && (
          <a
            href={fileUrl(place.workspace, place.project, place.run, file.path)}
            download
            aria-label={t("files.download", { name })}
            className={buttonClass("quiet", "icon")}
          >
            <Download aria-hidden />
          </a>
        )}
        <Button look="quiet" size="icon" aria-label={t("files.close")} onClick={onClose}>
          <X aria-hidden />
        </Button>
      </div>
      <Content place={place} file={file} key={file.path} />
    </section>
  );
}
