namespace OrleansTemporal.Vectors;

/// <summary>
/// The next <see cref="Size"/> listed rows on their way into a graph: their neighbours are chosen, their own lists
/// written, the lists of those neighbours extended, and then searches may come in by them. What an item computes depends
/// on the graph before its phase alone, so the threads never decide. One batch at a time.
/// </summary>
public sealed class VectorGraphBatch : VectorWork
{
    /// <summary>Rows of a batch. They see each other by comparison, so it stays small.</summary>
    public const int Size = 64;

    private readonly VectorGraph graph;
    private readonly int first;
    private readonly PlannedRow[] planned = new PlannedRow[Size];
    private BackLinks[] backLinks = [];

    internal VectorGraphBatch(VectorGraph graph, int first)
    {
        this.graph = graph;
        this.first = first;
    }

    /// <inheritdoc/>
    public override int PhaseCount => 4;

    /// <inheritdoc/>
    public override int CountOf(int phase) => phase switch
    {
        0 => Size,
        2 => backLinks.Length,
        _ => 1,
    };

    /// <inheritdoc/>
    public override void Do(int phase, int item)
    {
        switch (phase)
        {
            case 0:
                planned[item] = graph.PlanRow(first, item);
                break;
            case 1:
                backLinks = graph.WriteOwn(first, planned);
                break;
            case 2:
                graph.AddBackLinks(backLinks[item]);
                break;
            default:
                graph.FinishBatch(first);
                break;
        }
    }

    /// <summary>The keys of a row's neighbours, for each of its levels.</summary>
    internal sealed record PlannedRow(int Row, ulong[][] Levels);

    /// <summary>New rows, as keys by their distance, that chose a row as their neighbour on a level.</summary>
    internal sealed record BackLinks(int Target, int Level, ulong[] Sources);
}
