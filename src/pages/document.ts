/** The frame of every page. The template escapes every value. */
import { html } from 'hono/html'

type Content = ReturnType<typeof html>

export const page = (options: {
  title: string
  script?: 'scan' | 'display' | 'print'
  style?: string
  body: Content
}) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${options.title} · LearnMore</title>
<link rel="icon" href="/q/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/q/assets/page.css">
${options.script ? html`<script type="module" src="/q/assets/${options.script}.js"></script>` : ''}
</head>
<body class="${options.style ?? ''}">
<header class="brand"><span aria-hidden="true"></span>LearnMore</header>
${options.body}
</body>
</html>`
