import { isWithin, normalizePath, type PathFlavour } from '../core/path.js';

// Folders that a container must never relabel as such; what people put below them is another matter.
const PLACES = '/ /home /Users /root /var /var/lib /var/log /var/tmp /opt /srv /tmp /mnt /media /global'.split(' ');

// Folders of the system itself: nothing below them either.
const SYSTEM =
  '/usr /etc /boot /dev /proc /sys /bin /sbin /lib /lib32 /lib64 /run /var/run /System /Library /Applications'.split(
    ' ',
  );

const WINDOWS_SYSTEM = ['Windows', 'Program Files', 'Program Files (x86)', 'ProgramData'];

// Programs refuse to read these with a foreign label, above all the one that lets the user log in.
const PRIVATE = ['.ssh', '.gnupg'];

/** True for a home, a system folder, or a folder that holds one: relabelling it would break logins or the system itself. */
export function isProtected(path: string, home: string, flavour: PathFlavour): boolean {
  const own = normalizePath(home, flavour);
  const separator = flavour === 'windows' ? '\\' : '/';
  if (isWithin(own, path) || PRIVATE.some((name) => isWithin(path, `${own}${separator}${name}`))) return true;
  return flavour === 'windows' ? isWindowsSystem(path) : isPosixSystem(path);
}

function isPosixSystem(path: string): boolean {
  return (
    PLACES.includes(path) || /^\/(home|Users)\/[^/]+$/.test(path) || SYSTEM.some((folder) => isWithin(path, folder))
  );
}

function isWindowsSystem(path: string): boolean {
  const lower = path.toLowerCase();
  if (/^[a-z]:\\(users(\\[^\\]+)?)?$/.test(lower) || /^\\\\[^\\]+\\[^\\]+\\?$/.test(lower)) return true;
  return WINDOWS_SYSTEM.some((name) => isWithin(lower.slice(2), `\\${name.toLowerCase()}`));
}
