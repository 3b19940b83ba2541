/** Tokens of CI jobs and agents: JWTs, checked against the public keys of the issuers that the catalog names, and of no others. */
import { decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { IdentityRefused } from '#domain/errors.ts';
import type { Issuer, Vouched } from '#domain/workload.ts';
import type { IdentityTokens } from '#ports';
import { fetchKeys, IssuerKeys, type ReadKeys } from './issuer-keys.ts';

/** What a token has to be made for. One that is for others as well could be used by any of them. */
const audience = 'curfew';
/** Signatures with a key that only the issuer has. Never `none`, never one that a public key could make. */
const algorithms = ['RS256', 'ES256'];
/** Clocks differ by less. */
const toleranceSeconds = 30;
/** No job runs longer; a token that is older was kept. */
const oldestSeconds = 24 * 3600;
/** Characters. API Gateway takes no more than 10 KB of headers. */
const longest = 8192;

export class JobTokens implements IdentityTokens {
  readonly #keys: IssuerKeys;
  readonly #now: () => number;

  constructor(read: ReadKeys, now: () => number) {
    this.#keys = new IssuerKeys(read, now);
    this.#now = now;
  }

  async verify(token: string, issuers: readonly Issuer[]): Promise<Vouched> {
    const issuer = issuerOf(token, issuers);
    try {
      const { payload } = await jwtVerify(token, this.#keyOf(issuer), {
        issuer: issuer.issuer,
        audience,
        algorithms,
        clockTolerance: toleranceSeconds,
        maxTokenAge: oldestSeconds,
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: new Date(this.#now()),
      });
      if ([payload.aud].flat().length !== 1) throw refused('it is for others besides Curfew');
      return { issuer, claims: payload };
    } catch (error) {
      // Never with its cause: jose's errors hold the token's claims.
      throw error instanceof errors.JOSEError || error instanceof TypeError
        ? refused(wrongWith(error))
        : error;
    }
  }

  /** Of the issuer's own keys: what the token's header says besides its name is not asked. */
  #keyOf({ jwksUri }: Issuer): JWTVerifyGetKey {
    return async (header, input) => {
      const keys = await this.#keys.of(jwksUri);
      try {
        return await keys(header, input);
      } catch (error) {
        const newer = error instanceof errors.JWKSNoMatchingKey && (await this.#keys.newer(jwksUri));
        if (!newer) throw error;
        return newer(header, input);
      }
    };
  }
}

/** The one that the token claims to be of: whether it is, its signature shows. */
function issuerOf(token: string, issuers: readonly Issuer[]): Issuer {
  if (token.length > longest || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw refused('it is not a signed JWT');
  let claimed: unknown;
  try {
    claimed = decodeJwt(token).iss;
  } catch {
    throw refused('it is not a signed JWT');
  }
  const issuer = issuers.find((known) => known.issuer === claimed);
  if (!issuer) throw refused('it is of an issuer that the catalog does not name for this role');
  return issuer;
}

function wrongWith(error: Error): string {
  if (error instanceof errors.JWTExpired) return 'it has expired, or was made too long ago; get a new one';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'aud'
      ? `its audience is not "${audience}"`
      : `its claim ${error.claim} is not right`;
  if (error instanceof errors.JOSEAlgNotAllowed) return `it is not signed with ${algorithms.join(' or ')}`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return "it can't be verified";
}

const refused = (why: string) => new IdentityRefused(`The job's token is not accepted: ${why}.`);

export const identityTokens = () => new JobTokens(fetchKeys, Date.now);
