/** Looks of the mail: inline for clients that drop style sheets, and one sheet for dark mode where it is kept. */
import { raw } from 'hono/html';

const font = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const inline = {
  body: `margin:0;padding:16px;background:#f3f4f6;color:#1c2430;font:16px/1.5 ${font}`,
  sheet: 'max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px',
  brand: 'margin:0 0 8px;font-size:14px;color:#57606e',
  heading: 'margin:0 0 20px;font-size:21px;line-height:1.35;overflow-wrap:anywhere',
  action: 'margin:0 0 24px',
  button:
    'display:inline-block;padding:12px 24px;border-radius:6px;background:#1f4fa3;color:#ffffff;font-weight:600;text-decoration:none',
  caution:
    'margin:0 0 20px;padding:12px 16px;overflow-wrap:anywhere;border-left:4px solid #b45309;background:#fef3e2;color:#5c2c06',
  cares: 'margin:8px 0 0;padding-left:20px',
  why: 'margin:0 0 20px;padding:4px 0 4px 16px;border-left:4px solid #c3c9d1;overflow-wrap:anywhere',
  lead: 'margin:0',
  list: 'margin:8px 0 20px;padding-left:20px',
  table: 'width:100%;border-collapse:collapse',
  label:
    'padding:8px 16px 8px 0;border-top:1px solid #e1e4e8;font-weight:normal;color:#57606e;white-space:nowrap',
  value: 'padding:8px 0;border-top:1px solid #e1e4e8;overflow-wrap:anywhere;word-break:break-word',
  note: 'margin:20px 0 0;font-size:14px;color:#57606e',
} as const;

/** `class` and `style` of one part. */
export function styled(part: keyof typeof inline): ReturnType<typeof raw> {
  return raw(`class="${part}" style="${inline[part]}"`);
}

export const mailStyle = `
:root { color-scheme: light dark; }
@media (max-width: 480px) {
  .label, .value { display: block !important; padding: 0 !important; border: 0 !important; }
  .label { padding-top: 10px !important; font-size: 14px !important; }
  .button { display: block !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
  .body { background: #10151c !important; color: #e6e9ee !important; }
  .sheet { background: #1a212b !important; }
  .brand, .label, .note { color: #a3adba !important; }
  .label, .value, .why { border-color: #4a5666 !important; }
  .caution { background: #3a2610 !important; color: #ffdcb0 !important; border-color: #f0a040 !important; }
  .button { background: #8ab4f8 !important; color: #0b1a33 !important; }
}
`;
