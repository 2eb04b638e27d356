using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>Refuses a query that can not be answered before any partition is asked, and names the field.</summary>
internal static class KvQueryRules
{
    /// <summary>Checks a request; answers the compiled order of documents, empty for groups and for the order of keys.</summary>
    /// <exception cref="TemporalException">Invalid or TooLarge, with the field.</exception>
    internal static (FieldPath Path, bool Descending)[] Check(KvQueryRequest request)
    {
        RequireBetween(request.Limit, 1, Limits.PageCountMax, "limit");
        RequireBetween(request.Skip, 0, Limits.QuerySkipMax, "skip");
        if (request.Prefix.Length > 0)
        {
            EntityKeys.Validate(request.Prefix, "prefix");
        }

        RequireFew(request.Select.Length, "select");
        RequireFew(request.Sort.Length, "sort");
        RequireFew(request.GroupBy.Length, "groupBy");
        RequireFew(request.Aggregates.Length, "aggregate");
        Filter.Parse(request.Filter.Span);
        Projection.Of(request.Select);
        RequireDifferent(request.Select, "select");
        if (request.GroupBy.IsEmpty && request.Aggregates.IsEmpty)
        {
            return KvQueryTurn.CompileSort(request.Sort);
        }

        if (!request.Select.IsEmpty)
        {
            throw Refuse("select", "'select' is of documents; groups have the fields of 'groupBy' and 'aggregate'.");
        }

        string[] columns = [.. request.GroupBy, .. request.Aggregates.Select(static aggregate => aggregate.Name)];
        RequireDifferent(columns, "aggregate");
        foreach (var (field, index) in request.Sort.Select(static (field, index) => (field, index)))
        {
            if (!columns.Contains(field.Field))
            {
                throw Refuse($"sort[{index}].field", $"Groups are sorted by their columns, which are {string.Join(", ", columns)}.");
            }
        }

        _ = new GroupTable(request.GroupBy, request.Aggregates, new QueryMemory());
        return [];
    }

    private static void RequireDifferent(IEnumerable<string> names, string field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
            {
                throw Refuse(field, $"'{name}' would be two columns of the answer.");
            }
        }
    }

    private static void RequireFew(int count, string field)
    {
        if (count > Limits.QueryFieldsMax)
        {
            throw QueryMemory.TooLarge(field, Limits.QueryFieldsMax, "fields");
        }
    }

    private static void RequireBetween(int value, int least, int most, string field)
    {
        if (value < least || value > most)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' is from {least} to {most}.") { Field = field, Limit = most };
        }
    }

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
