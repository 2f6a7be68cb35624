/** What of a file can be looked at without saving it. */

/** Bytes of a text that are shown, and of a picture that are fetched. */
export const TEXT_BYTES = 256 * 1024;
export const IMAGE_BYTES = 32 * 1024 * 1024;

export type PreviewKind = { kind: "image"; type: string } | { kind: "text" } | { kind: "none" };

const IMAGES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  bmp: "image/bmp",
  avif: "image/avif",
  ico: "image/x-icon",
  svg: "image/svg+xml",
};

const BINARY = new Set(
  (
    "pt pth ckpt bin safetensors onnx pb h5 hdf5 npy npz pkl pickle joblib zip gz tgz tar bz2 xz zst 7z " +
    "parquet arrow feather db sqlite so dll exe whl mp4 webm avi mov mp3 wav flac ogg pdf tif tiff"
  ).split(" "),
);

/** By its name; whether a text is one is seen only when it is there. */
export function previewOf(path: string): PreviewKind {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const suffix = dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
  const type = IMAGES[suffix];
  if (type !== undefined) return { kind: "image", type };
  return BINARY.has(suffix) ? { kind: "none" } : { kind: "text" };
}

/** The text in these bytes, null when they are none. A letter cut off at the end is left out. */
export function textOf(bytes: ArrayBuffer, whole: boolean): string | null {
  const view = new Uint8Array(bytes);
  if (view.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(view, { stream: !whole });
  } catch {
    return null;
  }
}
