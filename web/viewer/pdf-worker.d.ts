/** pdf.js has no types for the part that parses; all that is needed of it is that it is there. */
declare module 'pdfjs-dist/build/pdf.worker.mjs' {
  export const WorkerMessageHandler: object;
}
