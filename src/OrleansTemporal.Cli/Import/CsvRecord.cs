namespace OrleansTemporal.Import;

/// <summary>The fields of one record.</summary>
/// <param name="Line">Line on which it starts, from 1.</param>
/// <param name="Fields">Its fields; a quoted one is text whatever it looks like.</param>
/// <param name="Refusal">What is wrong with its quotes, or null.</param>
internal sealed record CsvRecord(long Line, List<(string Text, bool IsQuoted)> Fields, string? Refusal);
