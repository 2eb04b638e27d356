using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Export;

/// <summary>Writes every live key of a namespace as it was at one moment, in key order, row by row.</summary>
internal sealed class Exporter(ITarget target, Answers answers)
{
    /// <summary>Answers how many keys were written.</summary>
    public async Task<long> RunAsync(string ns, string prefix, AsOf asOf, ExportFormat format, CancellationToken cancellationToken)
    {
        // One moment for all pages: writes that happen meanwhile neither appear nor tear the rows apart.
        var moment = asOf.IsLatest ? await PresentAsync(cancellationToken) : asOf;
        var rows = target.ListAsync(ns, prefix, moment, withValues: true, long.MaxValue, cancellationToken);
        return format switch
        {
            ExportFormat.Ndjson => await WriteLinesAsync(rows),
            ExportFormat.Json => await WriteArrayAsync(rows),
            _ => await WriteCsvAsync(rows),
        };
    }

    private async Task<AsOf> PresentAsync(CancellationToken cancellationToken)
    {
        var now = await target.NowAsync(cancellationToken);
        return now == HybridTimestamp.Zero ? AsOf.Latest : AsOf.At(now);
    }

    private async Task<long> WriteLinesAsync(IAsyncEnumerable<KvListEntry> rows)
    {
        var count = 0L;
        await foreach (var row in rows)
        {
            answers.WriteJson(json => JsonShapes.WriteEntry(json, row));
            count++;
        }

        return count;
    }

    private async Task<long> WriteArrayAsync(IAsyncEnumerable<KvListEntry> rows)
    {
        var count = 0L;
        answers.Write("[");
        await foreach (var row in rows)
        {
            answers.Write(count++ == 0 ? "\n" : ",\n");
            answers.Write(Answers.ToJson(json => JsonShapes.WriteEntry(json, row)));
        }

        answers.WriteLine(count == 0 ? "]" : "\n]");
        return count;
    }

    // Twice over the same moment: the header must name every field before the first row is written.
    private async Task<long> WriteCsvAsync(IAsyncEnumerable<KvListEntry> rows)
    {
        var columns = new CsvColumns();
        await foreach (var row in rows)
            columns.Add(row.Value);

        var count = 0L;
        answers.Write(columns.Header());
        await foreach (var row in rows)
        {
            answers.Write(columns.Record(row.Key, row.Value));
            count++;
        }

        return count;
    }
}
