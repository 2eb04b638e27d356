using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>
/// A chain of views over each other as one: documents of the namespace go through the stages up to the first that groups, and
/// its groups through the others. So a view over a view is kept by the changes of the namespace alone. Immutable and thread-safe.
/// </summary>
public sealed class ViewPipeline
{
    private readonly ViewStage[] stages;
    private readonly ViewStage last;
    private readonly ViewStage[] above;

    /// <summary>Compiles a chain.</summary>
    /// <param name="chain">From the view that is over a namespace to the one that is read; at least one.</param>
    /// <exception cref="Errors.TemporalException">Invalid or TooLarge, with the field.</exception>
    public ViewPipeline(ImmutableArray<ViewDefinition> chain)
    {
        ArgumentOutOfRangeException.ThrowIfZero(chain.Length);
        ViewStage[] all = [.. chain.Select(static definition => new ViewStage(definition))];
        var grouping = Array.FindIndex(all, static stage => stage.Definition.IsGrouped);
        var end = grouping < 0 ? all.Length : grouping + 1;
        stages = all[..(end - 1)];
        last = all[end - 1];
        above = all[end..];
    }

    /// <summary>True when documents are not kept as rows but added up in groups.</summary>
    public bool IsGrouped => last.Definition.IsGrouped;

    /// <summary>The filter that is put to documents first.</summary>
    public ReadOnlyMemory<byte> FirstFilter => (stages.Length > 0 ? stages[0] : last).Definition.Filter;

    /// <summary>An empty ledger for the groups.</summary>
    public GroupLedger NewLedger() => new(last.Definition.GroupBy, last.Definition.Aggregates);

    /// <summary>Puts a document through.</summary>
    /// <param name="document">Canonical JSON.</param>
    /// <returns>What the last stage orders, selects from or groups; null when a filter keeps it out.</returns>
    public ReadOnlyMemory<byte>? Pass(ReadOnlyMemory<byte> document)
    {
        foreach (var stage in stages)
        {
            if (!stage.Passes(document.Span))
            {
                return null;
            }

            document = stage.Hand(document);
        }

        return last.Passes(document.Span) ? document : default(ReadOnlyMemory<byte>?);
    }

    /// <summary>Where what <see cref="Pass"/> answered stands in the order; no bytes in the order of keys.</summary>
    public byte[] OrderOf(ReadOnlySpan<byte> passed)
    {
        if (!last.IsSorted)
        {
            return [];
        }

        var order = new ArrayBufferWriter<byte>(64);
        last.WriteOrder(passed, order);
        return order.WrittenSpan.ToArray();
    }

    /// <summary>What a row carries of what <see cref="Pass"/> answered.</summary>
    public ReadOnlyMemory<byte> Select(ReadOnlyMemory<byte> passed) => last.Select(passed);

    /// <summary>The rows that groups come to.</summary>
    /// <exception cref="Errors.TemporalException">TooLarge, <c>query_too_large</c>; Invalid: a number is too long to be summed.</exception>
    public List<byte[]> ToRows(GroupLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var table = new GroupTable(last.Definition.GroupBy, last.Definition.Aggregates, new QueryMemory());
        foreach (var state in ledger.ToStates())
        {
            table.Add(state);
        }

        List<byte[]> rows = [.. table.ToRows(last.Definition.Sort)];
        return above.Aggregate(rows, static (below, stage) => stage.Run(below));
    }
}
