namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>A promise of the product that a simulated run saw broken.</summary>
internal sealed class ViolationException(string promise, Exception? innerException = null) : Exception(promise, innerException)
{
    public static void ThrowUnless(bool holds, string promise)
    {
        if (!holds)
        {
            throw new ViolationException(promise);
        }
    }
}
