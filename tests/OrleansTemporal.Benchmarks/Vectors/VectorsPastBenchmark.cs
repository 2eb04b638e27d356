using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Benchmarks.Vectors;

/// <summary>
/// Searches of the past on real data: recall against plain sums at ten even moments of a history in which half of all
/// vectors were replaced, at its first hundredth, with nine tenths gone, and emptied and filled again; at the ten moments
/// beside an index that is made of what was there then. Fails when a recall is below 0.95.
/// </summary>
public sealed class VectorsPastBenchmark : IMacroBenchmark
{
    private const int Moments = 10;

    /// <inheritdoc/>
    public string Name => "vectors-past";

    /// <inheritdoc/>
    public string Description => "nearest neighbours of past moments on MNIST: recall, and queries a second beside a rebuilt index [folder] [rows 30000] [rounds 5] [rebuilt at every so many moments 1]";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var data = MnistVectors.Load(args.Length > 0 ? args[0] : "data/mnist784");
        var rows = args.Length > 1 ? int.Parse(args[1]) : 30_000;
        var rounds = args.Length > 2 ? int.Parse(args[2]) : 5;
        var every = args.Length > 3 ? int.Parse(args[3]) : 1;
        var isGood = Replaced(data, rows, rounds, every, cancellationToken);
        isGood &= NineTenthsGone(data, rows);
        isGood &= FilledAgain(data, rows);
        Console.WriteLine(isGood ? "every recall is 0.95 or more" : "a recall is below 0.95");
        return Task.FromResult(isGood ? 0 : 1);
    }

    // Two thirds come, then each of the last third takes the place of one of them.
    private static bool Replaced(MnistVectors data, int rows, int rounds, int every, CancellationToken cancellationToken)
    {
        var (history, first, random) = (new PastHistory(data), rows * 2 / 3, new Random(1));
        for (var row = 0; row < first; row++)
        {
            history.Add(row);
        }

        var old = Enumerable.Range(0, first).ToArray();
        random.Shuffle(old);
        for (var row = first; row < rows; row++)
        {
            history.Replace(old[row - first], row);
        }

        history.Finish();
        var isGood = history.Measure("the first hundredth", history.Now / 100);
        for (var moment = 1; moment <= Moments; moment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var time = history.Now * (ulong)moment / Moments;
            isGood &= history.Measure($"{moment} of {Moments}", time);
            if (moment % every == 0)
            {
                history.CompareWithRebuilt(time, rounds);
            }
        }

        return isGood;
    }

    private static bool NineTenthsGone(MnistVectors data, int rows)
    {
        var history = new PastHistory(data);
        for (var row = 0; row < rows; row++)
        {
            history.Add(row);
        }

        var before = history.Now;
        for (var row = 0; row < rows; row++)
        {
            if (row % 10 != 3)
            {
                history.End(row);
            }
        }

        history.Finish();
        return history.Measure("before nine tenths went", before) & history.Measure("with nine tenths gone", history.Now);
    }

    private static bool FilledAgain(MnistVectors data, int rows)
    {
        var (history, half) = (new PastHistory(data), rows / 2);
        for (var row = 0; row < half; row++)
        {
            history.Add(row);
        }

        var full = history.Now;
        for (var row = 0; row < half; row++)
        {
            history.End(row);
        }

        var empty = history.Now;
        for (var row = half; row < rows; row++)
        {
            history.Add(row);
        }

        history.Finish();
        return history.Measure("before it was emptied", full)
            & history.IsEmpty(empty)
            & history.Measure("half filled again", empty + ((history.Now - empty) / 2))
            & history.Measure("filled again", history.Now);
    }
}
