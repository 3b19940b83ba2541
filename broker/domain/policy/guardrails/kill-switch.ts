/** Nothing is asked for where it can't be granted: a kill switch that is on covers it. OpenGrant's transaction checks it once more. */
import { scopeInWords } from '../../kill-scope.ts';
import type { Guardrail } from '../guardrail.ts';

export const killSwitch: Guardrail = ({ killSwitch: on }) =>
  on
    ? [
        {
          rule: 'kill-switch',
          refuse: `The kill switch for ${scopeInWords(on.scope)} is on: ${on.reason}. An operator can lift it.`,
        },
      ]
    : [];
