/** The keys and certificates of one local cluster, made by itself and trusted by nobody else. */

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Paths of PEM files. */
export interface Pki {
  ca: string;
  serverCert: string;
  serverKey: string;
  /** A client in `system:masters`, which RBAC never refuses. */
  adminCert: string;
  adminKey: string;
  /** How the API server is known to etcd, and how etcd knows it. Other clusters' can't talk to this one's etcd. */
  etcdCa: string;
  etcdCert: string;
  etcdKey: string;
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
}

interface Issuer {
  cert: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

interface Subject {
  name: string;
  organization?: string;
  usages: ('serverAuth' | 'clientAuth')[];
  /** Names and addresses that a server answers to. */
  hosts?: { type: 'dns' | 'ip'; value: string }[];
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const lifetimeDays = 365;
const day = 24 * 60 * 60 * 1000;

const loopback: NonNullable<Subject['hosts']> = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'dns', value: 'localhost' },
];

/** The PKI kept in `dir`; made on the first call, so that a cluster started again keeps its CA. */
export async function ensurePki(dir: string): Promise<Pki> {
  const file = (name: string) => path.join(dir, name);
  const pki: Pki = {
    ca: file('ca.crt'),
    serverCert: file('server.crt'),
    serverKey: file('server.key'),
    adminCert: file('admin.crt'),
    adminKey: file('admin.key'),
    etcdCa: file('etcd-ca.crt'),
    etcdCert: file('etcd.crt'),
    etcdKey: file('etcd.key'),
    serviceAccountKey: file('service-account.key'),
    serviceAccountPublicKey: file('service-account.pub'),
  };
  // The last file that is written: with it all are there.
  if (await isThere(pki.serviceAccountPublicKey)) return pki;

  await mkdir(dir, { recursive: true, mode: 0o700 });
  const ca = await makeAuthority('local-cluster');
  const etcdCa = await makeAuthority('local-etcd');
  await writeFile(pki.ca, ca.cert.toString('pem'));
  await writeFile(pki.etcdCa, etcdCa.cert.toString('pem'));
  await issue(ca, pki.serverCert, pki.serverKey, {
    name: 'kube-apiserver',
    usages: ['serverAuth'],
    hosts: [
      ...loopback,
      { type: 'ip', value: '10.0.0.1' },
      ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
        (value) => ({ type: 'dns', value }) as const,
      ),
    ],
  });
  await issue(ca, pki.adminCert, pki.adminKey, {
    name: 'local-admin',
    organization: 'system:masters',
    usages: ['clientAuth'],
  });
  await issue(etcdCa, pki.etcdCert, pki.etcdKey, {
    name: 'etcd',
    usages: ['serverAuth', 'clientAuth'],
    hosts: loopback,
  });
  const keys = await makeKeys();
  await writePrivateKey(pki.serviceAccountKey, keys);
  const publicKey = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  await writeFile(pki.serviceAccountPublicKey, PemConverter.encode(publicKey, 'PUBLIC KEY'));
  return pki;
}

/** A certificate for a server of these names, by an authority of its own. Paths of PEM files in `dir`. */
export async function makeServerCertificate(
  dir: string,
  names: readonly string[],
): Promise<Record<'ca' | 'cert' | 'key', string>> {
  const files = {
    ca: path.join(dir, 'ca.crt'),
    cert: path.join(dir, 'server.crt'),
    key: path.join(dir, 'server.key'),
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const ca = await makeAuthority('local-server');
  await writeFile(files.ca, ca.cert.toString('pem'));
  await issue(ca, files.cert, files.key, {
    name: names[0] ?? 'localhost',
    usages: ['serverAuth'],
    hosts: names.map((value) => ({ type: 'dns', value }) as const),
  });
  return files;
}

async function makeAuthority(name: string): Promise<Issuer> {
  const keys = await makeKeys();
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { cert, keys };
}

async function issue(issuer: Issuer, certFile: string, keyFile: string, subject: Subject): Promise<void> {
  const keys = await makeKeys();
  const cert = await X509CertificateGenerator.create({
    subject: [...(subject.organization ? [{ O: [subject.organization] }] : []), { CN: [subject.name] }],
    issuer: issuer.cert.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(subject.usages.map((usage) => ExtendedKeyUsage[usage])),
      ...(subject.hosts ? [new SubjectAlternativeNameExtension(subject.hosts)] : []),
    ],
  });
  await writeFile(certFile, cert.toString('pem'));
  await writePrivateKey(keyFile, keys);
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function writePrivateKey(file: string, keys: webcrypto.CryptoKeyPair): Promise<void> {
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  await writeFile(file, PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
}

/** From an hour ago, since clocks of machines and their virtual machines differ. */
function validity() {
  return {
    notBefore: new Date(Date.now() - day / 24),
    notAfter: new Date(Date.now() + lifetimeDays * day),
  };
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
