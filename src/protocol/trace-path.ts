/** Stands for the path of a trace's requests, after the URL that they go to. */
export const PATH_OF_TRACE = '{{raw path}}';
