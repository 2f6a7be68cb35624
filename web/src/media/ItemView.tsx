import { NotReady } from "./NotReady";
import { useKind } from "./kinds";
import type { ItemViewerProps } from "./viewer";

/** One item, drawn by the viewer of its kind once that is loaded. */
export function ItemView({ kind, ...props }: ItemViewerProps & { kind: string }) {
  const viewer = useKind(kind);
  if (viewer.data !== undefined) {
    const { Item } = viewer.data;
    return <Item {...props} />;
  }
  if (viewer.error === null) return <NotReady held={{ state: "loading" }} />;
  const retry = () => void viewer.refetch();
  return <NotReady held={{ state: "failed", error: viewer.error, retry }} />;
}
