/** Guards of BindRole: only signed plans, only in time, only behind fences, and nothing that stands there already. */
import { contract, type Mutant, unit } from './mutant.ts';

const bind = 'broker/operations/bind-role.ts';
const checks = 'broker/operations/check-plan.ts';
const binding = 'broker/domain/role-binding.ts';
const plans = unit('operations/bind-role');

export const bindMutants: readonly Mutant[] = [
  {
    name: 'BindRole carries out a plan that nobody signed',
    guards: 'the ladder: calling BindRole gives no access',
    changes: [{ file: checks, from: 'if (!world.verifier.verify(signed))', to: 'if (!world.verifier)' }],
    killedBy: plans,
  },
  {
    name: 'a signature that can not be read counts as one',
    guards: 'the ladder: calling BindRole gives no access',
    changes: [{ file: 'broker/adapters/plan-verifier.ts', from: 'return false;', to: 'return true;' }],
    killedBy: contract('plan-signer', 'in memory'),
  },
  {
    name: 'the signature does not cover whom the plan is for',
    guards: 'a plan that is changed on its way (N18)',
    changes: [
      {
        file: 'broker/domain/plan.ts',
        from: 'return canonicalJson(plan);',
        to: 'return canonicalJson({ ...plan, subject: null });',
      },
    ],
    killedBy: contract('plan-signer', 'in memory'),
  },
  {
    name: "BindRole carries out another deployment's plan",
    guards: 'two deployments in one account (N31)',
    changes: [
      {
        file: checks,
        from: 'if (plan.deployment !== world.settings.deployment) {',
        to: "if (plan.deployment === '') {",
      },
    ],
    killedBy: plans,
  },
  {
    name: 'BindRole starts after create-before',
    guards: 'a late creation that opens a door (N25)',
    changes: [
      {
        file: checks,
        from: 'if (world.clock.now() >= plan.createBefore)',
        to: "if (plan.createBefore === '')",
      },
    ],
    killedBy: plans,
  },
  {
    name: 'a RoleBinding is made without create-before',
    guards: 'a late creation that opens a door (N25)',
    changes: [
      {
        file: binding,
        from: '        [marks.createBefore]: plan.createBefore,\n',
        to: '',
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'admission in memory lets a creation in after create-before',
    guards: 'a late creation that opens a door (N25)',
    changes: [
      {
        file: 'broker/adapters/memory/admission.ts',
        from: '!createBefore || !(now < createBefore)',
        to: '!createBefore',
      },
    ],
    killedBy: contract('cluster-api', 'in memory.*has a creation after create-before refused'),
  },
  {
    name: 'a role is bound whose rules on the cluster are not those that were approved',
    guards: 'rules pinned by their digest (N51)',
    changes: [
      {
        file: bind,
        from: 'if (rulesDigest(role.rules) !== approved) {',
        to: "if (approved === '') {",
      },
    ],
    killedBy: plans,
  },
  {
    name: 'access is given on a cluster without fences',
    guards: 'an unfenced cluster gets no grants',
    changes: [
      {
        file: bind,
        from: 'if (await session.refusesForbidden(namespace, plan.clusterRole)) continue;',
        to: 'if (namespace) continue;',
      },
    ],
    killedBy: plans,
  },
  {
    name: 'only the first namespace of a plan is looked at for fences',
    guards: 'an unfenced cluster gets no grants',
    changes: [
      {
        file: bind,
        from: 'for (const { namespace } of plan.bindings) {\n    if',
        to: 'for (const { namespace } of plan.bindings.slice(0, 1)) {\n    if',
      },
    ],
    killedBy: plans,
  },
  {
    name: 'a foreign RoleBinding under our name is taken for the grant',
    guards: 'what stood there before us (N36)',
    changes: [
      {
        file: bind,
        from: 'if (!isOurs(found, plan.deployment, plan.requestId) || !grantsSame(found, wanted)) {',
        to: 'if (!grantsSame(found, wanted)) {',
      },
    ],
    killedBy: plans,
  },
  {
    name: 'a RoleBinding with our marks that gives something else is taken for the grant',
    guards: 'what stood there before us (N36)',
    changes: [
      {
        file: bind,
        from: 'if (!isOurs(found, plan.deployment, plan.requestId) || !grantsSame(found, wanted)) {',
        to: 'if (!isOurs(found, plan.deployment, plan.requestId)) {',
      },
    ],
    killedBy: plans,
  },
  {
    name: 'what BindRole created is not read back',
    guards: 'status by what was observed (N21)',
    changes: [
      {
        file: bind,
        from: '  await session.createRoleBinding(wanted);\n  const found = await session.readRoleBinding(namespace, name);\n  const uid = found?.metadata.uid;',
        to: "  const made = await session.createRoleBinding(wanted);\n  const found = wanted;\n  const uid = made === 'exists' ? 'unknown' : made.uid;",
      },
    ],
    killedBy: plans,
  },
  {
    name: 'a RoleBinding of another deployment passes for ours',
    guards: 'ownership by all three labels (N31, N36)',
    changes: [{ file: binding, from: 'labels[marks.deployment] === deployment &&', to: '' }],
    killedBy: unit('domain/values'),
  },
  {
    name: 'a RoleBinding of another request passes for ours',
    guards: 'ownership by all three labels (N31, N36)',
    changes: [{ file: binding, from: ' &&\n    labels[marks.request] === requestId.toLowerCase()', to: '' }],
    killedBy: unit('domain/values'),
  },
  {
    name: 'a RoleBinding with one more subject passes for what was wanted',
    guards: 'subjects added by hand (N50)',
    changes: [{ file: binding, from: 'others.length === 0 &&', to: '' }],
    killedBy: unit('domain/values'),
  },
  {
    name: 'a plan with fields that nobody knows is taken',
    guards: 'a step that grants refuses what it does not know',
    changes: [
      {
        file: 'broker/domain/step-input.ts',
        from: 'export const signedPlan: z.ZodType<SignedPlan> = z.strictObject({\n  plan: z.strictObject({',
        to: 'export const signedPlan: z.ZodType<SignedPlan> = z.object({\n  plan: z.object({',
      },
    ],
    killedBy: unit('domain/step-input'),
  },
];
