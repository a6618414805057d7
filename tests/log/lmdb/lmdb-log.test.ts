import { contract } from '../contract.ts';
import { temporaryLog } from './temporary-log.ts';

contract('LmdbLog that commits in the background', () => temporaryLog({ commitMode: 'background' }), {
  hasTestClock: true,
  hasDisk: true,
});
contract('LmdbLog that commits blocking', () => temporaryLog({ commitMode: 'blocking' }), {
  hasTestClock: true,
  hasDisk: true,
});
