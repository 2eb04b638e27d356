using Npgsql;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>
/// Makes the tables that a cluster on PostgreSQL needs before a silo looks into them, and the table <c>OrleansQuery</c> through
/// which Orleans' relational providers are told how to use them. Queries that somebody else has put there stay.
/// </summary>
internal sealed class PostgresTables(string connectionString) : ILifecycleParticipant<ISiloLifecycle>
{
    // Silos that start at once make them one after the other.
    private const long Lock = 0x6F72_6C74;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL);
        CREATE TABLE IF NOT EXISTS orleanstemporal_cluster (DeploymentId text PRIMARY KEY, Version integer NOT NULL);
        CREATE TABLE IF NOT EXISTS orleanstemporal_silo (
            DeploymentId text NOT NULL, Address text NOT NULL, Port integer NOT NULL, Generation integer NOT NULL,
            SiloName text NOT NULL, HostName text NOT NULL, Status integer NOT NULL, ProxyPort integer NOT NULL, SuspectTimes text,
            StartTime timestamptz NOT NULL, IAmAliveTime timestamptz NOT NULL,
            PRIMARY KEY (DeploymentId, Address, Port, Generation));
        CREATE TABLE IF NOT EXISTS orleanstemporal_reminder (
            ServiceId text NOT NULL, GrainId text NOT NULL, ReminderName text NOT NULL,
            StartTime timestamptz NOT NULL, Period bigint NOT NULL, GrainHash integer NOT NULL, Version integer NOT NULL,
            PRIMARY KEY (ServiceId, GrainId, ReminderName));
        """;

    private const string Silo = "DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation";
    private const string SiloColumns = "s.Address, s.Port, s.Generation, s.SiloName, s.HostName, s.Status, s.ProxyPort, s.SuspectTimes, s.StartTime, s.IAmAliveTime, c.Version";
    private const string Reminder = "ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName";
    private const string ReadReminders = "SELECT GrainId, ReminderName, StartTime, Period, Version FROM orleanstemporal_reminder WHERE ServiceId = @ServiceId";

    // Whoever changes the membership takes the turn of its version; one who read an older one gets none, and changes nothing.
    private const string Turn = "turn AS (UPDATE orleanstemporal_cluster SET Version = Version + 1 WHERE DeploymentId = @DeploymentId AND Version = @Version RETURNING DeploymentId)";

    private static readonly (string Key, string Text)[] Queries =
    [
        ("InsertMembershipVersionKey", "WITH made AS (INSERT INTO orleanstemporal_cluster VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*)::int FROM made"),
        ("InsertMembershipKey", $"""
            WITH {Turn}, made AS (
                INSERT INTO orleanstemporal_silo
                SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, NULL, @StartTime, @IAmAliveTime FROM turn
                ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::int FROM made
            """),
        ("UpdateMembershipKey", $"""
            WITH {Turn}, made AS (
                UPDATE orleanstemporal_silo SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
                WHERE {Silo} AND EXISTS (SELECT 1 FROM turn) RETURNING 1)
            SELECT count(*)::int FROM made
            """),
        ("UpdateIAmAlivetimeKey", $"UPDATE orleanstemporal_silo SET IAmAliveTime = @IAmAliveTime WHERE {Silo}"),
        ("MembershipReadAllKey", $"SELECT {SiloColumns} FROM orleanstemporal_cluster c LEFT JOIN orleanstemporal_silo s USING (DeploymentId) WHERE DeploymentId = @DeploymentId"),
        ("MembershipReadRowKey", $"""
            SELECT {SiloColumns} FROM orleanstemporal_cluster c LEFT JOIN orleanstemporal_silo s
            ON s.DeploymentId = c.DeploymentId AND s.Address = @Address AND s.Port = @Port AND s.Generation = @Generation
            WHERE c.DeploymentId = @DeploymentId
            """),
        ("GatewaysQueryKey", "SELECT Address, ProxyPort, Generation FROM orleanstemporal_silo WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0"),
        ("DeleteMembershipTableEntriesKey", """
            WITH silos AS (DELETE FROM orleanstemporal_silo WHERE DeploymentId = @DeploymentId)
            DELETE FROM orleanstemporal_cluster WHERE DeploymentId = @DeploymentId
            """),
        ("CleanupDefunctSiloEntriesKey", "DELETE FROM orleanstemporal_silo WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status <> 3"),
        ("UpsertReminderRowKey", """
            INSERT INTO orleanstemporal_reminder AS r VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
            ON CONFLICT (ServiceId, GrainId, ReminderName) DO UPDATE
            SET StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = r.Version + 1
            RETURNING Version
            """),
        ("ReadReminderRowsKey", $"{ReadReminders} AND GrainId = @GrainId"),
        ("ReadReminderRowKey", $"{ReadReminders} AND GrainId = @GrainId AND ReminderName = @ReminderName"),
        ("ReadRangeRows1Key", $"{ReadReminders} AND GrainHash > @BeginHash AND GrainHash <= @EndHash"),
        ("ReadRangeRows2Key", $"{ReadReminders} AND (GrainHash > @BeginHash OR GrainHash <= @EndHash)"),
        ("DeleteReminderRowKey", $"WITH gone AS (DELETE FROM orleanstemporal_reminder WHERE {Reminder} AND Version = @Version RETURNING 1) SELECT count(*)::int FROM gone"),
        ("DeleteReminderRowsKey", "DELETE FROM orleanstemporal_reminder WHERE ServiceId = @ServiceId"),
    ];

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(PostgresTables), ServiceLifecycleStage.First, EnsureAsync, static _ => Task.CompletedTask);

    private async Task EnsureAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var making = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock}); {Tables}", connection, transaction))
            {
                await making.ExecuteNonQueryAsync(cancellationToken);
            }

            foreach (var (key, text) in Queries)
            {
                await using var saying = new NpgsqlCommand(
                    """
                    INSERT INTO OrleansQuery VALUES (@key, @text)
                    ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText WHERE OrleansQuery.QueryText LIKE '%orleanstemporal\_%'
                    """,
                    connection,
                    transaction);
                saying.Parameters.AddWithValue("key", key);
                saying.Parameters.AddWithValue("text", text);
                await saying.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or ArgumentException)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"The database of the cluster can not be used: {failure.Message}", failure);
        }
    }
}
