"""Spark: one lazy session per process, with Delta's two jars and a suitable Java."""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_pyspark import LazyPySparkResource
from delta import configure_spark_with_delta_pip
from pydantic import Field
from pyspark import SparkContext
from pyspark.sql import SparkSession

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.executor_code import write_code_archive
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.java import java_version, prepare_launch, tools_folder
from imdb_assets.resources.temporary_files import temporary_folder

# Delta declares these dependencies (87 MB). pyspark ships its own versions, and a second Hadoop causes conflicts.
EXCLUDED_PACKAGES = (
    "com.fasterxml.jackson.core:*",
    "com.fasterxml.jackson.datatype:*",
    "com.github.luben:*",
    "com.google.code.findbugs:*",
    "commons-logging:*",
    "commons-pool:*",
    "io.airlift:*",
    "io.delta:delta-kernel-api",
    "io.delta:delta-kernel-defaults",
    "io.delta:delta-kernel-unitycatalog",
    "io.unitycatalog:*",
    "javax.annotation:*",
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.hadoop:hadoop-common",
    "org.apache.logging.log4j:*",
    "org.apache.parquet:*",
    "org.locationtech.jts:*",
    "org.roaringbitmap:*",
    "org.slf4j:*",
    "org.xerial.snappy:*",
)
SETTINGS = {
    "spark.app.name": "imdb_assets",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # By default Delta splits a table's log state into 50 partitions. The lake's tables have a few files each.
    "spark.databricks.delta.snapshotPartitions": "2",
    # A commit stores the fingerprint of the table's inputs, even if the commit adds no row.
    "spark.databricks.delta.skipRecordingEmptyCommits": "false",
    "spark.sql.session.timeZone": "UTC",
    # The path of a table in SQL is text: ${...} in it is no variable.
    "spark.sql.variable.substitute": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # 64 MiB. Thousands of lines of a megabyte each would not fit into one batch.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**26),
    "spark.sql.parquet.compression.codec": "zstd",
    # Spark's default, and the storage account's key: Spark shows the values of these settings nowhere.
    "spark.redaction.regex": "(?i)secret|password|token|access[.]?key|account[.]key",
}
# For a few thousand rows, adaptive plans and code generation cost more than they save.
SMALL_DATA = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
}
# Spark and Delta load 20,000 classes. With less memory for them and their code, Java spends its time on cleanup.
# Java exits when it is out of memory, because Spark would wait forever for a thread that died.
JAVA_OPTIONS = ("-XX:ReservedCodeCacheSize=240m", "-XX:MetaspaceSize=256m", "-XX:+ExitOnOutOfMemoryError")


class Spark(LazyPySparkResource):
    """The Spark session, started at first use and shared by all steps of a process."""

    spark_config: dict[str, Any] = Field(default={}, description="Additional Spark settings.")
    master: str = Field(default="local[*]", description="SPARK_MASTER: the address of the Spark master.")
    remote: str | None = Field(default=None, description="SPARK_REMOTE: the address of a Spark Connect server.")
    java_home: str | None = Field(default=None, description="JAVA_HOME, if it is set.")
    executor_python: str | None = Field(
        default=None, description="SPARK_EXECUTOR_PYTHON: the path of Python on a cluster, if it is not the driver's."
    )
    is_short_lived: bool = Field(default=False, description="Optimize for a fast start, for small data.")
    driver_memory: str | None = Field(default=None, description="SPARK_DRIVER_MEMORY: the heap size of a local driver.")
    java_options: list[str] = Field(default=[], description="Additional options of a local driver's Java.")
    log_file: str | None = Field(default=None, description="The file for Spark's own log. By default stderr.")
    lake: dg.ResourceDependency[BlobStorage]

    @property
    def has_ended(self) -> bool:
        """Whether the Java process that this process started has exited, which ends the session."""
        gateway = SparkContext._gateway  # noqa: SLF001 - pyspark has no public access to it
        process = getattr(gateway, "proc", None)
        return process is not None and process.poll() is not None

    def _init_session(self) -> None:
        if self._spark_session is None:
            self._spark_session = self._session()

    def _session(self) -> SparkSession:
        is_local = self.remote is None and self.master.startswith("local")
        settings = SETTINGS | (self._local_settings() if is_local else {})
        settings |= {name: str(value) for name, value in self.spark_config.items()}
        if self.remote:
            session = _configured(SparkSession.builder.remote(self.remote), settings).getOrCreate()
        else:
            if SparkSession.getActiveSession() is None:
                prepare_launch(self.java_home)
                # The only way to choose the Python of the workers.
                os.environ["PYSPARK_PYTHON"] = (not is_local and self.executor_python) or sys.executable
            builder = _configured(SparkSession.builder.master(self.master), settings)
            session = with_jars(builder, self.lake.spark_packages(), for_local=is_local).getOrCreate()
        if not is_local:
            session.addArtifacts(str(write_code_archive(temporary_folder())), pyfile=True)
        # Settings that exist before the start end up on Java's command line, which every user of the machine can read.
        # A setting of the session reaches every task, on a cluster and over Spark Connect too.
        for name, value in self.lake.hadoop_settings().items():
            session.conf.set(name, value)
        return session

    def _local_settings(self) -> dict[str, str]:
        java_options = [
            # The first-tier compiler and the serial collector start a third faster, but slow down long runs.
            *(("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms1g", "-Xmn512m") if self.is_short_lived else ()),
            *JAVA_OPTIONS,
            f'"-Dlog4j2.configurationFile={Path(__file__).with_name("log4j2.properties")}"',
            *self.java_options,
        ]
        if self.log_file:
            java_options += ["-Dimdb.spark.appender=file", f'"-Dimdb.spark.log={self.log_file}"']
        if _class_archive().exists():
            java_options += [f'"-XX:SharedArchiveFile={_class_archive()}"', "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        return {
            "spark.local.dir": str(temporary_folder()),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            # Java uses about 0.7 GiB on top of the heap.
            "spark.driver.memory": self.driver_memory or ("2g" if self.is_short_lived else heap_size(_memory())),
            "spark.driver.extraJavaOptions": " ".join(java_options),
            "spark.sql.shuffle.partitions": "8",
            # VACUUM lists a table's files in this many tasks. The default of 10,000 takes a minute for an empty table.
            "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
            # Otherwise each column expression looks up its source line, which takes half the time of building a plan.
            "spark.python.sql.dataFrameDebugging.enabled": "false",
            **(SMALL_DATA if self.is_short_lived else {}),
        }


def heap_size(memory: int) -> str:
    """Return the heap of a local driver for a machine: a quarter of its memory, from 2 to 6 GiB.

    The memory of Python, its workers, DuckDB and the model is outside of the heap. docs/performance.md has the
    memory of a load of IMDb's full datasets.

    Args:
        memory: The machine's memory, bytes.
    """
    return f"{min(6, max(2, round(memory / 2**30 / 4)))}g"


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def delta_packages() -> tuple[str, str]:
    """Return the Maven coordinates of Delta's two jars, in the version of the installed delta-spark."""
    installed = version("delta-spark")
    return f"io.delta:delta-spark_4.2_2.13:{installed}", f"io.delta:delta-storage:{installed}"


def with_jars(builder: SparkSession.Builder, packages: Sequence[str], *, for_local: bool) -> SparkSession.Builder:
    """Add Delta's jars and others to a session.

    Args:
        builder: The builder of the session.
        packages: Maven coordinates of the other jars.
        for_local: Whether the master is local.

    Returns:
        The builder with the paths of the jars if all of them are already downloaded. Otherwise the session downloads
        the jars at its start.
    """
    if settings := downloaded_jars((*delta_packages(), *packages), for_local=for_local):
        return _configured(builder, settings)
    download = {"spark.jars.excludes": ",".join(EXCLUDED_PACKAGES), "spark.jars.ivy": str(tools_folder() / "ivy")}
    # The function adds delta-spark's own jar.
    _, storage = delta_packages()
    return configure_spark_with_delta_pip(_configured(builder, download), extra_packages=[storage, *packages])


def downloaded_jars(packages: Sequence[str], *, for_local: bool) -> dict[str, str]:
    """Return the settings with the paths of the jars of Maven coordinates; empty if a jar is not downloaded yet.

    Args:
        packages: Maven coordinates.
        for_local: Whether the master is local.
    """
    jars = [
        tools_folder() / "ivy" / "jars" / f"{package.replace(':', '_', 1).replace(':', '-')}.jar"
        for package in packages
    ]
    if not all(jar.exists() for jar in jars):
        return {}
    # The class path is the fastest way, but only a local master can read it.
    return (
        {"spark.driver.extraClassPath": os.pathsep.join(map(str, jars))}
        if for_local
        else {"spark.jars": ",".join(map(str, jars))}
    )


def _configured(builder: SparkSession.Builder, settings: Mapping[str, str]) -> SparkSession.Builder:
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder


def set_up(java_home: str | None, lake: BlobStorage) -> str:
    """Download the jars of Delta and of the lake's storage, and create a class archive for a fast start.

    What exists is kept.

    Args:
        java_home: The current JAVA_HOME, or None.
        lake: The lake, which is not accessed.

    Returns:
        A message with the Java version and the location of the jars.

    Raises:
        JavaMissing: If no Java is available.
    """
    java = prepare_launch(java_home) / "bin" / "java"
    packages = lake.spark_packages()
    if not downloaded_jars((*delta_packages(), *packages), for_local=True):
        _warm_up(java_home, java_options=[], packages=packages)
    if not _class_archive().exists():
        # Loading classes from the archive takes half the time.
        partial = _class_archive().with_suffix(".partial")
        _warm_up(
            java_home, java_options=[f'"-XX:ArchiveClassesAtExit={partial}"', "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        )
        if partial.exists():
            partial.replace(_class_archive())
    return f"Java {java_version(java)} and {2 + len(packages)} jars ({tools_folder() / 'ivy' / 'jars'}) are ready."


class _FolderWithPackages(FolderBlobStorage):
    """A folder whose session also gets the jars of another storage."""

    packages: list[str]

    def spark_packages(self) -> tuple[str, ...]:
        """Return the Maven coordinates of the other storage."""
        return tuple(self.packages)


def _warm_up(java_home: str | None, *, java_options: list[str], packages: Sequence[str] = ()) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = _FolderWithPackages(root=folder, packages=list(packages))
        spark = Spark(java_home=java_home, is_short_lived=True, java_options=java_options, lake=lake)
        session = spark.spark_session
        for _ in range(2):
            rows = session.range(3).selectExpr("id", "cast(id as string) as name", "array(id) as ids")
            rows.groupBy("id", "name").count().write.format("delta").mode("overwrite").save(lake.uri("table"))
            session.read.format("delta").load(lake.uri("table")).toArrow()
        # Java writes the archive at its exit, and pyspark does not wait for the exit.
        gateway = session.sparkContext._gateway  # noqa: SLF001
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        # Otherwise pyspark connects the next session to the Java process that has just exited.
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001


def _class_archive() -> Path:
    return tools_folder() / "classes.jsa"
