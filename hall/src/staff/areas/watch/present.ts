/** The month that the hall's own clock shows: a demonstration's stands elsewhere than the reader's. */
import { ask, monitor } from '@/kit/api'

export const presentMonth = async (): Promise<string> => (await ask(monitor.GET('/statistics/public'))).month
