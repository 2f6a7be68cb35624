import type { ComponentProps } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

import { isOwn, linkAddress } from "./address";
import "./markdown.css";

/** A link opens beside this page, which it learns nothing of. */
function Anchor({ href, children }: ComponentProps<"a">) {
  if (href === undefined || href === "") return <span>{children}</span>;
  const within = href.startsWith("#");
  return (
    <a href={href} rel="noopener noreferrer nofollow" target={within ? undefined : "_blank"}>
      {children}
    </a>
  );
}

/** A picture of ours is shown; one from elsewhere is a link, fetched only by who follows it. */
function Picture({ src, alt }: ComponentProps<"img">) {
  if (typeof src !== "string" || src === "") return <span>{alt}</span>;
  if (isOwn(src, document.baseURI)) return <img src={src} alt={alt ?? ""} loading="lazy" />;
  return <Anchor href={src}>{alt || src}</Anchor>;
}

/** Wide tables scroll by themselves. */
function Table({ children }: ComponentProps<"table">) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <div className="overflow-x-auto" tabIndex={0} role="group">
      <table>{children}</table>
    </div>
  );
}

function Code({ children }: ComponentProps<"pre">) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <pre tabIndex={0}>{children}</pre>
  );
}

const COMPONENTS: Components = {
  a: ({ href, children }) => <Anchor href={href}>{children}</Anchor>,
  img: ({ src, alt }) => <Picture src={src} alt={alt} />,
  table: ({ children }) => <Table>{children}</Table>,
  pre: ({ children }) => <Code>{children}</Code>,
  // The page has its own headings above these.
  h1: ({ children }) => <h3 className="first-level">{children}</h3>,
  h2: ({ children }) => <h4 className="second-level">{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
};
const PLUGINS = [remarkGfm];

/** Markdown as people write it (GitHub's); HTML in it is shown as the text it is. */
export default function MarkdownText({ text }: { text: string }) {
  return (
    <div className="markdown">
      <ReactMarkdown
        remarkPlugins={PLUGINS}
        components={COMPONENTS}
        urlTransform={(address) => linkAddress(address, document.baseURI)}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
