namespace OrleansTemporal.Commands;

/// <summary>Progress that is passed on at once, on the thread that reports it.</summary>
internal sealed class Latest(Action<double> report) : IProgress<double>
{
    public void Report(double value) => report(value);
}
