/** A page's worker, as an application would write it. */
import { serveStretching } from '@duet-chat/crypto/worker';

serveStretching();
