using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>A test that needs PostgreSQL, and the emulator of blobs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (Postgres.Installed is null || Azurite.Installed is null)
        {
            Skip = "PostgreSQL or Azurite is not installed: ./test installs them where apt-get and npm can.";
        }
    }
}
