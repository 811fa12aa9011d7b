// What ffmpeg says while it works: progress, loudness, and how it fares with the RTMP server.

/** ffmpeg ends because of a signal, and in good order. */
export function saysInterrupted(line: string): boolean {
  return /Exiting normally, received signal (?:2|15)\b/.test(line);
}

/** From lines of `-progress`; null for a line that says nothing of this. */
export function framesIn(line: string): number | null {
  const found = /^frame=\s*(\d+)\s*$/.exec(line);
  return found === null ? null : Number(found[1]);
}

/** Decibels (0 is full scale), from lines of the filter `ametadata`; -120 for silence. */
export function levelIn(line: string): number | null {
  const found = /RMS_level=(-?[\d.]+|-?inf|-?nan)\s*$/i.exec(line);
  if (found === null) return null;
  const level = Number(found[1]);
  return Number.isFinite(level) ? Math.max(level, -120) : -120;
}

/** The muxer `fifo` says when it has lost the server, and when it has it again. */
export function rtmpIn(line: string): 'lost' | 'connected' | null {
  if (/\[fifo @ [^\]]*\].*Recovery successful/.test(line)) return 'connected';
  return /\[fifo @ [^\]]*\].*(?:Error opening|Recovery failed|Error writing|failed)/i.test(line) ? 'lost' : null;
}

/** Warnings and errors are worth a line of the log; the same every two seconds is not. */
export function isWorthTelling(line: string): boolean {
  return /\[(?:error|fatal|panic)\]/.test(line) && !/\[(?:fifo|tcp|rtmp|rtmps|tls|flv) @/.test(line);
}
