/** Makes a small Lambda function in the emulator out of one file of JavaScript. */
import { crc32 } from 'node:zlib';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { region } from './local-cloud.ts';

/** `code` is an ES module that exports `handler`. Returns the function's ARN. */
export async function makeFunction(name: string, code: string): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const { Role } = await new IAMClient({ region }).send(
    new CreateRoleCommand({ RoleName: `${name}-role`, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const { FunctionArn = '' } = await new LambdaClient({ region }).send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: Role?.Arn,
      Timeout: 10,
      Code: { ZipFile: zipOf('index.mjs', code) },
    }),
  );
  return FunctionArn;
}

/** A zip archive of one file, stored without compression. */
function zipOf(name: string, text: string): Uint8Array {
  const data = Buffer.from(text);
  const file = Buffer.from(name);
  const described = Buffer.alloc(26);
  described.writeUInt16LE(20, 0); // version needed
  described.writeUInt16LE(0x21, 8); // date: 1 January 1980
  described.writeUInt32LE(crc32(data), 10);
  described.writeUInt32LE(data.length, 14);
  described.writeUInt32LE(data.length, 18);
  described.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), described, file, data]);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 3]),
    described,
    attributes,
    file,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
