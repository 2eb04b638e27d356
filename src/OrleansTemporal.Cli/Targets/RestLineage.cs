using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Targets;

/// <summary>Answers about lineage from their JSON.</summary>
internal static class RestLineage
{
    public static LineageAnswer ReadAnswer(JsonElement answer)
    {
        ImmutableArray<LineageRow> rows = [.. answer.GetProperty("value").EnumerateArray().Select(ReadRow)];
        return new LineageAnswer
        {
            Rows = rows,
            Next = RestAnswers.Text(answer, "nextLink"),
            AsOf = answer.TryGetProperty("asOf", out var asOf) ? RestAnswers.Instant(asOf, "systemTime") : default,
            IsComplete = RestAnswers.IsTrue(answer, "complete"),
            IsConnected = answer.TryGetProperty("connected", out _) ? RestAnswers.IsTrue(answer, "connected") : null,
            HasGroups = rows.Any(static row => row.Items.Length != 1 || row.Similarity is not null),
        };
    }

    private static LineageRow ReadRow(JsonElement row) => row.TryGetProperty("nodes", out var nodes)
        ? new([.. nodes.EnumerateArray().Select(ReadItem)], row.TryGetProperty("similarity", out var similarity) ? similarity.GetDouble() : null)
        : new([ReadItem(row)]);

    private static LineageItem ReadItem(JsonElement item)
    {
        var (ns, key) = (RestAnswers.Text(item, "namespace") ?? "", RestAnswers.Text(item, "key"));
        var node = new LineageItem
        {
            Distance = item.TryGetProperty("distance", out var distance) ? distance.GetInt32() : null,
            Count = item.TryGetProperty("count", out var count) ? count.GetInt64() : null,
        };
        return item.TryGetProperty("causes", out _)
            ? node with
            {
                Write = new LineageWrite
                {
                    WriteId = RestAnswers.Write(item, "writeId"),
                    Namespace = ns,
                    Key = key,
                    SystemTime = RestAnswers.Instant(item, "systemTime"),
                    Causes = RestAnswers.Causes(item),
                    PreviousWriteId = RestAnswers.Write(item, "previousWriteId"),
                    IsDeleted = RestAnswers.IsTrue(item, "deleted"),
                    IsErased = RestAnswers.IsTrue(item, "erased"),
                },
            }
            : node with
            {
                Document = $"{ns}/{key}",
                WriteId = RestAnswers.Write(item, "writeId"),
                Exists = !item.TryGetProperty("exists", out var exists) || exists.ValueKind != JsonValueKind.False,
            };
    }
}
