using System.Runtime.ExceptionServices;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>A thread that nothing but one simulation runs on: no synchronization context sends its continuations elsewhere.</summary>
internal static class SimulationThread
{
    private const int StackBytes = 64 << 20;

    public static T Run<T>(Func<T> simulation)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = simulation();
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
