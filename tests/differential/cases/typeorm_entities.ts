import {
  BaseEntity, Between, Column, DataSource, Entity, ILike, In, IsNull, JoinColumn, LessThan, LessThanOrEqual, Like,
  ManyToOne, MoreThan, MoreThanOrEqual, Not, PrimaryColumn, PrimaryGeneratedColumn,
} from "typeorm";

@Entity("users")
class User extends BaseEntity {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column({ type: "varchar", length: 60, unique: true })
  email!: string;
  @Column({ type: "text", nullable: true })
  name!: string | null;
  @Column({ type: "varchar", length: 10, default: "USER" })
  role!: string;
  @Column({ type: "int", nullable: true })
  age!: number | null;
  @Column({ type: "boolean", default: true })
  active!: boolean;
  @Column({ type: "bigint", default: 0 })
  visits!: string;
  @Column({ type: "timestamptz", default: () => "now()", select: false })
  created_at!: Date;
}

@Entity("posts")
class Post extends BaseEntity {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column({ type: "text" })
  title!: string;
  @Column({ type: "text", unique: true })
  slug!: string;
  @Column({ type: "int", default: 0 })
  views!: number;
  @ManyToOne(() => User, { onDelete: "CASCADE" })
  @JoinColumn({ name: "author_id" })
  author!: User;
}

@Entity("settings")
class Setting {
  @PrimaryColumn({ type: "text" })
  key!: string;
  @Column({ type: "text", nullable: true })
  value!: string | null;
  @Column({ type: "int", default: 1 })
  hits!: number;
}

const options: any = { type: "postgres", driver: (globalThis as any).openDriver, entities: [User, Post, Setting] };
const source = new DataSource(options);
const users = source.getRepository(User);
const posts = source.getRepository(Post);
const settings = source.getRepository(Setting);

