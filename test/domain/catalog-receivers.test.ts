/** Receivers in the catalog: where anything may be sent, and where never (N47). */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { receiversSchema } from '#domain/catalog-receivers.ts';

const parse = (more: object, name = 'siem') =>
  z.safeParse(receiversSchema, { [name]: { url: 'https://siem.example.com/in', secretName: 's', ...more } });

describe('a receiver', () => {
  it.each([
    'https://siem.example.com',
    'https://siem.example.com/',
    'https://siem.example.com/a/b-c_d.e~f/',
    'https://a.b.c.example.co/x%20y',
  ])('is told at %s', (url) => {
    expect(parse({ url }).data).toMatchObject({ siem: { url, internal: false } });
  });

  it.each([
    'http://siem.example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://localhost/',
    'https://siem.example.com:8443/',
    'https://user:password@siem.example.com/',
    'https://siem.example.com@evil.example.com/',
    'https://siem.example.com/?to=evil',
    'https://siem.example.com/#x',
    'https://siem.example.com/a/../b',
    'https://siem.example.com/a/%2e%2e/b',
    'https://siem.example.com/a//b',
    'https://siem.example.com\\@evil.example.com/',
    'https://SIEM.example.com/',
    'https://siem.example.com /',
    'file:///etc/passwd',
    '',
  ])('is told nothing at %j', (url) => {
    expect(parse({ url }).success).toBe(false);
  });

  it('has a name and a secret by name, and asks for events that there are', () => {
    expect(parse({ events: ['grant-active', 'kill-ordered'] }).success).toBe(true);
    expect(parse({ events: ['reviewers-asked'] }).success).toBe(false);
    expect(parse({ events: [] }).success).toBe(false);
    expect(parse({ secretName: 'whsec_ with spaces' }).success).toBe(false);
    expect(parse({}, 'Siem').success).toBe(false);
    expect(parse({ token: 'x' }).success).toBe(false);
  });

  it('is none where the catalog names none', () => {
    expect(sampleCatalog().receivers).toEqual({});
  });
});
