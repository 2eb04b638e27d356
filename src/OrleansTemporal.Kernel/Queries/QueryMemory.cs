using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>Counts the bytes that one query holds, and refuses what would be above <see cref="Limits.QueryMemoryBytesMax"/>.</summary>
public sealed class QueryMemory
{
    private long bytes;

    /// <summary>Takes room for what is kept.</summary>
    /// <exception cref="TemporalException">TooLarge, <c>query_too_large</c>.</exception>
    public void Take(long count, string field)
    {
        bytes += count;
        if (bytes > Limits.QueryMemoryBytesMax)
        {
            throw TooLarge(field, Limits.QueryMemoryBytesMax, "bytes at once; narrow the filter, or ask for less");
        }
    }

    /// <summary>Gives room back.</summary>
    public void Give(long count) => bytes -= count;

    /// <summary>Refuses a query above a limit.</summary>
    public static TemporalException TooLarge(string field, int most, string unit) =>
        new(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"'{field}' of a query may hold at most {most} {unit}.") { Field = field, Limit = most };
}
