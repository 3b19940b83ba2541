/** Errors of the EKS API as they go over the wire: a name in a header, a message in JSON, and the SDK makes its class of it. */

const statusOf = {
  AccessDeniedException: 403,
  InvalidParameterException: 400,
  InvalidRequestException: 400,
  MissingAuthenticationTokenException: 403,
  ResourceLimitExceededException: 400,
  ResourceInUseException: 409,
  ResourceNotFoundException: 404,
  ServerException: 500,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  TooManyRequestsException: 429,
} as const;

export type EksErrorName = keyof typeof statusOf;

export const eksErrorNames = Object.keys(statusOf) as [EksErrorName, ...EksErrorName[]];

/** An answer that is an error. `fields` are the members of the error's shape, such as `clusterName`. */
export class EksError extends Error {
  override readonly name: EksErrorName;
  readonly fields: Record<string, string>;

  constructor(name: EksErrorName, message: string, fields: Record<string, string> = {}) {
    super(message);
    this.name = name;
    this.fields = fields;
  }

  response(): Response {
    return Response.json(
      { ...this.fields, message: this.message },
      { status: statusOf[this.name], headers: { 'x-amzn-ErrorType': this.name } },
    );
  }
}
