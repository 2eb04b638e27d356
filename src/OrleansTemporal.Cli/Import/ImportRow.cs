namespace OrleansTemporal.Import;

/// <summary>One row of a file.</summary>
/// <param name="Line">Line on which it starts, from 1.</param>
/// <param name="Json">Its value as JSON; memory of its own.</param>
/// <param name="Refusal">Why it can't be taken, or null.</param>
internal sealed record ImportRow(long Line, ReadOnlyMemory<byte> Json, string? Refusal)
{
    public static ImportRow Refused(long line, string reason) => new(line, default, reason);
}
