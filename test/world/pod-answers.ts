// The forms of answer that the world's Pod gives: JSON, Django's HTML pages, the redirect to the final slash.
import type { HttpAnswer } from './http-server.js';

export function json(status: number, value: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function serverError(): HttpAnswer {
  return htmlPage(500, 'Server Error (500)', '');
}

export function htmlPage(status: number, title: string, sentence: string): HttpAnswer {
  const body = `
<!doctype html>
<html lang="en">
<head>
  <title>${title}</title>
</head>
<body>
  <h1>${title}</h1><p>${sentence}</p>
</body>
</html>
`;
  return { status, headers: { 'Content-Type': 'text/html' }, body };
}

export function redirect(location: string): HttpAnswer {
  return { status: 301, headers: { 'Content-Type': 'text/html; charset=utf-8', Location: location }, body: '' };
}
